/** Puts names in the place of the placeholders in hints, so that people can type what they read. */
import type { DesiredCheck } from "../model/desired-state.ts";

/**
 * `CONTAINER`: what the check looks at; `BRIDGE`: the bridge, which a check of another kind than `bridge` meets without
 * knowing which it is; `NAME`: the check. They stay where the check names no container: it looks at somebody else's.
 */
export function fillHint(hint: string, { name, kind, container }: DesiredCheck): string {
  const filled = hint.replaceAll(/\bNAME\b/g, name);
  if (container === undefined) return filled;
  const bridge = kind === "bridge" ? `convene logs ${container}` : "the log of the bridge (convene logs)";
  return filled.replaceAll(/\bconvene logs BRIDGE\b/g, bridge).replaceAll(/\bCONTAINER\b/g, container);
}
