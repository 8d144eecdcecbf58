/** What makes two files equal: content, owner, group and mode. */
import { createHash } from "node:crypto";

export interface FileIdentity {
  /** sha256 of the content, hex. */
  readonly contentHash: string;
  readonly owner: string;
  readonly group: string;
  /** Octal, with or without leading zeros. */
  readonly mode: string;
}

export function fileDigest({ contentHash, owner, group, mode }: FileIdentity): string {
  const octal = Number.parseInt(mode, 8).toString(8);
  return createHash("sha256").update(`${contentHash} ${owner}:${group} ${octal}`).digest("hex").slice(0, 32);
}

/** sha256 of a content, hex. */
export function hashContent(content: string): string {
  return createHash("sha256").update(content).digest("hex");
}
