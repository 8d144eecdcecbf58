/** The host's own age key pair: operators encrypt `Secret` manifests to it, only this host opens them. */
import { generateIdentity, identityToRecipient } from "age-encryption";
import { ensureFileExists, readFileIfThere } from "./files.ts";
import type { Ownership } from "./files.ts";
import type { StepResult } from "./step.ts";

/** Makes the identity once, in the form age(1) writes; the detail is the recipient to encrypt to. */
export async function ensureAgeIdentity(path: string, ownership: Ownership): Promise<StepResult> {
  const { outcome } = await ensureFileExists(path, newIdentity, ownership);
  const key = (await readFileIfThere(path))?.trim().split("\n").at(-1) ?? "";
  return { outcome, detail: await identityToRecipient(key) };
}

async function newIdentity(): Promise<string> {
  const identity = await generateIdentity();
  return `# public key: ${await identityToRecipient(identity)}\n${identity}\n`;
}
