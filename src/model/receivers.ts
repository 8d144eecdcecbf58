/** Who is told about failures. */
import { manifestsOf } from "../manifests/loaded-manifest.ts";
import type { DesiredReceiver } from "./desired-state.ts";
import type { ModelInput } from "./model-input.ts";

export function desiredReceivers(input: ModelInput): readonly DesiredReceiver[] {
  return manifestsOf(input.manifests, "Receiver").map(({ manifest }): DesiredReceiver => {
    const { name } = manifest.metadata;
    if (manifest.spec.kind === "webhook") {
      const { url, token } = manifest.spec.value;
      return {
        name,
        target: {
          kind: "webhook",
          url,
          ...(token ? { token: input.secrets.operator(token.secretRef) } : {}),
        },
      };
    }
    const { to, from, host, port, security, user, password } = manifest.spec.value;
    return {
      name,
      target: {
        kind: "email",
        to,
        from: from ?? input.site.manifest.spec.adminEmail,
        host,
        port,
        security,
        ...(user === undefined ? {} : { user }),
        ...(password ? { password: input.secrets.operator(password.secretRef) } : {}),
      },
    };
  });
}
