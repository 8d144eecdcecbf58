/** How a key that is left out of every configuration is reported. */
import type { Finding } from "../desired-state.ts";
import { printable } from "./grammar.ts";

/** A `ForeignKeyRejected` finding; `why` continues the sentence "left out: …". */
export function rejectedKey(key: string, why: string): Finding {
  const shown = printable(key).slice(1, -1);
  return {
    reason: "ForeignKeyRejected",
    subject: `kv ${shown}`,
    message: `left out: ${why}`,
    hint: `correct the key with whatever wrote it, or remove it with: consul kv delete '${shown.replaceAll("'", "'\\''")}'`,
  };
}
