/** Everything of the checks that reads what strangers send, in the order it is fuzzed. */
import { STUN_TARGETS } from "./stun-targets.ts";
import type { FuzzTarget } from "./target.ts";
import { TEXT_TARGETS } from "./text-targets.ts";
import { turnTarget } from "./turn-target.ts";
import { XMPP_TARGETS } from "./xmpp-targets.ts";

export const FUZZ_TARGETS: readonly FuzzTarget[] = [
  ...STUN_TARGETS,
  turnTarget,
  ...TEXT_TARGETS,
  ...XMPP_TARGETS,
];

export function targetNamed(name: string): FuzzTarget {
  const target = FUZZ_TARGETS.find((one) => one.name === name);
  if (target === undefined) throw new Error(`there is no target ${name}`);
  return target;
}
