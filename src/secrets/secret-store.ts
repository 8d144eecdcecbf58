/** Generated secrets, one file each: made once, kept until nobody wants them. */
import { createHmac } from "node:crypto";
import { mkdir, readFile, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { writeFileAtomically } from "../system/atomic-file.ts";
import { ConveneError } from "../system/errors.ts";
import { Secret } from "../system/secret.ts";

/** `internal` for machines, `passwords` for people: root looks into the second. */
export type SecretKind = "internal" | "passwords";

export interface SecretStore {
  /** The secret's value, made now if there is none. */
  ensure(kind: SecretKind, name: string): Promise<Secret>;
  /** Removes every secret of the kind that is not in `keep`, but for the store's own key; answers their names. */
  prune(kind: SecretKind, keep: ReadonlySet<string>): Promise<readonly string[]>;
  /** HMAC-SHA256 of a value under a key that never leaves the host, hex: changes exactly when the value does. */
  fingerprint(value: Secret): Promise<string>;
}

export interface SecretStoreOptions {
  /** The agent's state directory, mode 0700. */
  readonly directory: string;
  /** Cryptographically random bytes (node:crypto). */
  readonly randomBytes: (size: number) => Buffer;
  /** For plans that may never land: what is missing is made up in memory, and nothing is written or removed. */
  readonly readOnly?: boolean;
}

const BYTES: Readonly<Record<SecretKind, number>> = { internal: 32, passwords: 15 };
const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/;
const FINGERPRINT_KEY = "fingerprint-key";

export function createSecretStore(options: SecretStoreOptions): SecretStore {
  const pathOf = (kind: SecretKind, name: string) => {
    if (!NAME.test(name))
      throw new ConveneError({
        code: "InvalidSecretName",
        message: `${JSON.stringify(name)} cannot name a secret`,
      });
    return join(options.directory, kind === "internal" ? "secrets" : "passwords", name);
  };
  const madeUp = new Map<string, Secret>();
  const making = new Map<string, Promise<Secret>>();
  /** Who asks for the same secret at the same time gets the same one. */
  const ensure = async (kind: SecretKind, name: string): Promise<Secret> => {
    const path = pathOf(kind, name);
    const secret = making.get(path) ?? readOrMake(kind, path).finally(() => making.delete(path));
    making.set(path, secret);
    return secret;
  };
  const readOrMake = async (kind: SecretKind, path: string): Promise<Secret> => {
    const existing = await readSecret(path);
    if (existing !== undefined) return new Secret(existing);
    const value = options.randomBytes(BYTES[kind]).toString("base64url");
    if (options.readOnly) {
      const secret = madeUp.get(path) ?? new Secret(value);
      madeUp.set(path, secret);
      return secret;
    }
    await mkdir(join(path, ".."), { recursive: true, mode: 0o700 });
    await writeFileAtomically(path, `${value}\n`, 0o600);
    return new Secret(value);
  };
  return {
    ensure,
    prune: async (kind, keep) => {
      if (options.readOnly) return [];
      const names = await listNames(join(options.directory, kind === "internal" ? "secrets" : "passwords"));
      const gone = names.filter((name) => !keep.has(name) && name !== FINGERPRINT_KEY);
      for (const name of gone) await rm(pathOf(kind, name), { force: true });
      return gone;
    },
    fingerprint: async (value) => {
      const key = await ensure("internal", FINGERPRINT_KEY);
      return createHmac("sha256", key.reveal()).update(value.reveal()).digest("hex").slice(0, 32);
    },
  };
}

async function readSecret(path: string): Promise<string | undefined> {
  try {
    const value = (await readFile(path, "utf8")).trim();
    return value === "" ? undefined : value;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw new ConveneError({
      code: "SecretUnreadable",
      message: `cannot read the secret ${path}: ${error instanceof Error ? error.message : String(error)}`,
      hint: "the file belongs to the agent's user with mode 0600: `sudo convene init` puts that right",
      cause: error,
    });
  }
}

async function listNames(directory: string): Promise<string[]> {
  try {
    return (await readdir(directory)).filter((name) => NAME.test(name));
  } catch {
    return [];
  }
}
