/** Keys below service/haproxy/ that are not part of the contract, most often a typing error. */
import type { Finding } from "../desired-state.ts";
import { type EffectiveKv, keysBelow } from "./effective-kv.ts";
import { rejectedKey } from "./rejected-key.ts";

const PREFIX = "service/haproxy/";
const KNOWN = [
  /^tcp-listeners\/[^/]+$/,
  /^acl\/[^/]+\/(?:host|path)$/,
  /^(?:deny|redirect|use-backend)\/[^/]+$/,
  /^backends\/(?:ssl|no-ssl)\/[^/]+$/,
];

export function unknownKeys(effective: EffectiveKv): readonly Finding[] {
  return keysBelow(effective, PREFIX)
    .filter(([rest]) => !KNOWN.some((pattern) => pattern.test(rest)))
    .map(([rest]) => rejectedKey(PREFIX + rest, "the key-value contract has no such key"));
}
