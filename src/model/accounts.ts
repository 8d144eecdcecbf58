/** Accounts of people and of the components among themselves. */
import { manifestsOf } from "../manifests/loaded-manifest.ts";
import type { DesiredAccount } from "./desired-state.ts";
import { type ModelInput, resolvedContainers } from "./model-input.ts";

export function desiredAccounts(input: ModelInput): readonly DesiredAccount[] {
  const { domain } = input.site.manifest.spec;
  return resolvedContainers(input.components).flatMap(({ loaded }) => {
    const { accounts } = loaded.manifest.spec;
    if (!accounts) return [];
    const container = loaded.manifest.metadata.name;
    const internal = accounts.internal.map(({ user, secret, host }): DesiredAccount => {
      const password = input.secrets.internal(secret);
      const jid = `${user}@${host === "main" ? domain : `auth.${domain}`}`;
      return {
        jid,
        container,
        password,
        internal: true,
        // The machines among themselves: jicofo and the bridges.
        ...(host === "auth" ? { carriesCalls: true } : {}),
        fingerprint: input.secrets.fingerprint(password),
      };
    });
    return [...internal, ...(accounts.people ? people(input, container, domain) : [])];
  });
}

function people(input: ModelInput, container: string, domain: string): DesiredAccount[] {
  return manifestsOf(input.manifests, "User").map((loaded) => {
    const { metadata, spec } = loaded.manifest;
    const password =
      spec.password.kind === "secretRef"
        ? input.secrets.operator(spec.password.value)
        : input.secrets.password(metadata.name);
    return {
      jid: `${metadata.name}@${domain}`,
      container,
      password,
      internal: false,
      fingerprint: input.secrets.fingerprint(password),
      origin: loaded.locate(["metadata", "name"]),
    };
  });
}
