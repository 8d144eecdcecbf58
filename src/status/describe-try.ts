/** What a pass that has just begun tries, and why now, in words. */
import { shortRevision } from "../source/revision.ts";
import type { Status } from "./status.ts";

/** Wake-ups that are not said in words already; see Loop.wake. */
const WORDS: Readonly<Record<string, string>> = {
  retry: "the last try failed",
  schedule: "it is time for the regular look",
  start: "the agent has started",
  push: "a push has arrived",
};
const NAMED = 3;

/** `trying ec64dbe again now, because the last try failed`; what a push brought is not known yet. */
export function describeTry({ revision }: Pick<Status, "revision">, wakeups: readonly string[]): string {
  const { attempted } = revision;
  const isKnown = attempted !== null && !wakeups.includes("push");
  const reasons = wakeups.slice(0, NAMED).map((wakeup) => WORDS[wakeup] ?? wakeup);
  const more = wakeups.length > NAMED ? [`${wakeups.length - NAMED} more`] : [];
  const because = [...reasons, ...more].join("; ");
  const what = isKnown ? `trying ${shortRevision(attempted)} again now` : "looking at what is pushed now";
  return because === "" ? what : `${what}, because ${because}`;
}
