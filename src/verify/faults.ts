/** What fails, told by its cause: one speaks for all that it explains, as in the alerts. Pure. */
import type { CheckResult } from "../checks/check.ts";
import { printable } from "../checks/printable.ts";

export interface Fault {
  readonly result: CheckResult;
  /** Names of the checks that fail because of it. */
  readonly also: readonly string[];
}

/** The result of what explains that the check of this name fails; undefined: nothing else does. */
export type CauseOf = (name: string) => CheckResult | undefined;

const SENTENCE_LENGTH = 200;
const NAMES = 4;

/** What explains most comes first. What explains others need not be a check: `unit/jitsi/prosody`. */
export function foldFaults(failing: readonly CheckResult[], causeOf: CauseOf): readonly Fault[] {
  const results = new Map(failing.map((result) => [result.name, result]));
  const also = new Map<string, readonly string[]>();
  for (const { name } of failing) {
    const cause = causeOf(name);
    if (cause !== undefined && !results.has(cause.name)) results.set(cause.name, cause);
    const fault = cause?.name ?? name;
    also.set(fault, [...(also.get(fault) ?? []), ...(fault === name ? [] : [name])]);
  }
  return [...also]
    .flatMap(([name, names]) => {
      const result = results.get(name);
      return result === undefined ? [] : [{ result, also: names }];
    })
    .toSorted((left, right) => right.also.length - left.also.length);
}

/** One sentence: `unit/jitsi/prosody: prosody in the container jitsi is inactive; also: websocket, signaling`. */
export function describeFault({ result, also }: Fault): string {
  const named = also.slice(0, NAMES).join(", ");
  const more = also.length > NAMES ? ` and ${also.length - NAMES} more` : "";
  const rest = also.length === 0 ? "" : `; also: ${named}${more}`;
  return `${result.name}: ${printable(result.message, SENTENCE_LENGTH)}${rest}`;
}
