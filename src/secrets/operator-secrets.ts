/** The three forms of `kind: Secret`: generated here, encrypted to this host, or put on this host by root. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { type LoadedManifest, manifestsOf } from "../manifests/loaded-manifest.ts";
import type { SecretManifest } from "../manifests/schema/secret.ts";
import { ConveneError } from "../system/errors.ts";
import { Secret } from "../system/secret.ts";
import type { SecretStore } from "./secret-store.ts";

export interface OperatorSecretOptions {
  readonly store: SecretStore;
  /** The age identity that `convene init` made (`AGE-SECRET-KEY-…`). */
  readonly identityFile: string;
  /** /etc/convene/secrets. */
  readonly hostDirectory: string;
}

/** All secrets of the site by name. Throws `SecretMissing` or `DecryptionFailed` at the manifest's line. */
export async function readOperatorSecrets(
  manifests: readonly LoadedManifest[],
  options: OperatorSecretOptions,
): Promise<ReadonlyMap<string, Secret>> {
  const secrets = new Map<string, Secret>();
  for (const loaded of manifestsOf(manifests, "Secret"))
    secrets.set(loaded.manifest.metadata.name, await readOne(loaded, options));
  return secrets;
}

async function readOne(
  loaded: LoadedManifest<SecretManifest>,
  options: OperatorSecretOptions,
): Promise<Secret> {
  const { spec, metadata } = loaded.manifest;
  if (spec.kind === "age") return decrypt(spec.value, loaded, options.identityFile);
  if (spec.kind === "hostFile") return readHostFile(spec.value, loaded, options.hostDirectory);
  return options.store.ensure("internal", storedName(metadata.name));
}

/** What the store calls the generated ones. */
export function generatedSecretNames(manifests: readonly LoadedManifest[]): readonly string[] {
  return manifestsOf(manifests, "Secret")
    .filter(({ manifest }) => manifest.spec.kind === "generate")
    .map(({ manifest }) => storedName(manifest.metadata.name));
}

/** A dot is in no container's secret, so that the two never meet. */
function storedName(name: string): string {
  return `site.${name}`;
}

async function decrypt(armored: string, loaded: LoadedManifest, identityFile: string): Promise<Secret> {
  try {
    const { Decrypter, armor } = await import("age-encryption");
    const decrypter = new Decrypter();
    decrypter.addIdentity((await readFile(identityFile, "utf8")).trim().split("\n").at(-1) ?? "");
    return new Secret((await decrypter.decrypt(armor.decode(armored), "text")).trim());
  } catch (error) {
    throw new ConveneError({
      code: "DecryptionFailed",
      message: `the age file does not open: ${error instanceof Error ? error.message : String(error)}`,
      hint: "encrypt it to this host's own recipient, which `sudo convene init` prints",
      location: loaded.locate(["spec", "age"]),
      cause: error,
    });
  }
}

async function readHostFile(name: string, loaded: LoadedManifest, directory: string): Promise<Secret> {
  const path = join(directory, name);
  try {
    return new Secret((await readFile(path, "utf8")).trim());
  } catch (error) {
    throw new ConveneError({
      code: "SecretMissing",
      message: `cannot read ${path}: ${error instanceof Error ? error.message : String(error)}`,
      hint: `write it as root, readable by group convene: install -m 0640 -g convene /dev/stdin ${path}`,
      location: loaded.locate(["spec", "hostFile"]),
      cause: error,
    });
  }
}
