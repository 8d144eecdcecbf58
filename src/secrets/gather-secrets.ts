/** Makes and reads every secret a site needs, so that the model can be built without I/O. */
import { createHash } from "node:crypto";
import { manifestsOf } from "../manifests/loaded-manifest.ts";
import type { LoadedManifest } from "../manifests/loaded-manifest.ts";
import { type ModelSecrets, type ResolvedComponent, resolvedContainers } from "../model/model-input.ts";
import { ConveneError } from "../system/errors.ts";
import { Secret } from "../system/secret.ts";
import { generatedSecretNames, readOperatorSecrets } from "./operator-secrets.ts";
import type { SecretStore } from "./secret-store.ts";

export interface GatherOptions {
  readonly store: SecretStore;
  readonly identityFile: string;
  readonly hostSecrets: string;
}

export interface GatheredSecrets extends ModelSecrets {
  /** Changes exactly when some value does. */
  readonly version: string;
}

export interface SecretNeeds {
  readonly manifests: readonly LoadedManifest[];
  readonly components: readonly ResolvedComponent[];
}

export async function gatherSecrets(needs: SecretNeeds, options: GatherOptions): Promise<GatheredSecrets> {
  const { store } = options;
  const internal = await ensureAll(store, "internal", internalNames(needs));
  const passwords = await ensureAll(store, "passwords", generatedUsers(needs));
  const operator = await readOperatorSecrets(needs.manifests, {
    store,
    identityFile: options.identityFile,
    hostDirectory: options.hostSecrets,
  });
  const all = [...internal.values(), ...passwords.values(), ...operator.values()];
  const fingerprints = new Map(
    await Promise.all(all.map(async (one) => [one.reveal(), await store.fingerprint(one)] as const)),
  );
  return {
    internal: (name) => known(internal, name),
    password: (user) => known(passwords, user),
    operator: (name) => known(operator, name),
    fingerprint: (value) => fingerprints.get(value.reveal()) ?? "",
    version: createHash("sha256")
      .update([...fingerprints.values()].toSorted().join(" "))
      .digest("hex"),
  };
}

/** Every generated value for machines that the manifests still refer to, by its name in the store. */
export function internalSecretNames(needs: SecretNeeds): ReadonlySet<string> {
  return new Set([...internalNames(needs), ...generatedSecretNames(needs.manifests)]);
}

/** Secrets for a tree that is only validated: every value is a placeholder and nothing is kept. */
export function placeholderSecrets(): ModelSecrets {
  const placeholder = new Secret("placeholder-placeholder-placeholder");
  return {
    internal: () => placeholder,
    password: () => placeholder,
    operator: () => placeholder,
    fingerprint: () => "",
  };
}

/** The users whose generated password must stay; files of the others are removed once their accounts are gone. */
function generatedUsers({ manifests }: Pick<SecretNeeds, "manifests">): readonly string[] {
  return manifestsOf(manifests, "User")
    .filter(({ manifest }) => manifest.spec.password.kind === "generate")
    .map(({ manifest }) => manifest.metadata.name);
}

function internalNames({ components }: Pick<SecretNeeds, "components">): readonly string[] {
  return resolvedContainers(components).flatMap(({ loaded }) => [
    ...loaded.manifest.spec.secrets,
    ...(loaded.manifest.spec.accounts?.internal.map((account) => account.secret) ?? []),
  ]);
}

async function ensureAll(
  store: SecretStore,
  kind: "internal" | "passwords",
  names: readonly string[],
): Promise<ReadonlyMap<string, Secret>> {
  const unique = [...new Set(names)];
  return new Map(
    await Promise.all(unique.map(async (name) => [name, await store.ensure(kind, name)] as const)),
  );
}

function known(secrets: ReadonlyMap<string, Secret>, name: string): Secret {
  const secret = secrets.get(name);
  if (secret) return secret;
  throw new ConveneError({
    code: "SecretMissing",
    message: `nothing gathered the secret ${name}`,
    hint: "list it under `secrets:` of the container that uses it",
  });
}
