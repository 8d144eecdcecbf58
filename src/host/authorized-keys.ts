/** Which ssh keys may push: a file root owns, each key shut in to git and nothing else. */
import { ConveneError } from "../system/errors.ts";

/** sshd(8), AUTHORIZED_KEYS FILE FORMAT: no forwarding, no terminal, no user rc. */
const OPTIONS = "restrict";
const KEY =
  /^(?:ssh-(?:ed25519|rsa)|ecdsa-sha2-nistp(?:256|384|521)|sk-[\w@.-]+) [A-Za-z0-9+/]+={0,3}(?: .*)?$/;

/**
 * Adds the public keys of `offered` (one a line, as `id_ed25519.pub` has them) that `existing` does not have yet.
 * Options somebody wrote before a key are not taken over. Throws `InvalidPublicKey`.
 */
export function mergeAuthorizedKeys(existing: string, offered: string, file: string): string {
  const known = new Set(existing.split("\n").map(keyMaterial));
  const added = offered
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("#"))
    .map((line, index) => requireKey(line, file, index + 1))
    .filter((line) => !known.has(keyMaterial(line)))
    .map((line) => `${OPTIONS} ${line}\n`);
  return `${existing}${added.join("")}`;
}

function requireKey(line: string, file: string, number: number): string {
  if (KEY.test(line)) return line;
  throw new ConveneError({
    code: "InvalidPublicKey",
    message: `key ${number} of ${file} is no ssh public key`,
    hint: "name a public key file such as ~/.ssh/id_ed25519.pub",
  });
}

function keyMaterial(line: string): string {
  return /(?:ssh-|ecdsa-|sk-)\S+ (\S+)/.exec(line)?.[1] ?? "";
}
