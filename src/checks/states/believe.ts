/** Confirmation: what has been believed of a check so far, and one more look. Pure. */
import type { Quorum } from "../../model/desired-state.ts";
import type { CheckState, Confirmation } from "./check-state.ts";

/** What is believed of a check, apart from what may explain it. */
export interface Belief {
  /** Absent while nothing has been confirmed. */
  readonly confirmed?: "up" | "down";
  /** Since when: milliseconds since the epoch; of `down`, the first of the failed looks that led to it. */
  readonly since: number;
  /** Looks that counted since then, newest last; no more than the confirmation asks for. */
  readonly looks: readonly CountedLook[];
}

export interface CountedLook {
  readonly good: boolean;
  readonly at: number;
}

export function initialBelief(now: number): Belief {
  return { since: now, looks: [] };
}

/** The belief after a look that counts; `certain`: if it failed, that is enough. */
export function believe(
  before: Belief,
  look: CountedLook,
  { down, up }: Confirmation,
  certain = false,
): Belief {
  const looks = [...before.looks, look].slice(-Math.max(down.of, up.of));
  const belief = { ...before, looks };
  if (before.confirmed === "down") return holds(looks, true, up) ? confirmed("up", look.at) : belief;
  if (!look.good && (certain || holds(looks, false, down))) return confirmed("down", failingSince(belief));
  // The first good look of all says that it works: nobody was told that it does not.
  if (look.good && before.confirmed === undefined) return confirmed("up", look.at);
  return belief;
}

/** What the belief amounts to when nothing else explains it. */
export function believed(belief: Belief): { readonly state: CheckState; readonly since: number } {
  const { confirmed: state, since, looks } = belief;
  if (state === "down") return { state, since };
  if (looks.at(-1)?.good === false) return { state: "pending", since: failingSince(belief) };
  return { state: state ?? "unknown", since };
}

function confirmed(state: "up" | "down", since: number): Belief {
  return { confirmed: state, since, looks: [] };
}

function failingSince({ since, looks }: Belief): number {
  return looks.find((look) => !look.good)?.at ?? since;
}

function holds(looks: readonly CountedLook[], good: boolean, { needed, of }: Quorum): boolean {
  return looks.slice(-of).filter((look) => look.good === good).length >= needed;
}
