/** What has been proven since it was last disturbed: a change makes run again only what it can have touched. */
import type { CheckResult } from "../checks/check.ts";
import type { RungGraph } from "../checks/states/rung-graph.ts";
import type { DesiredCheck } from "../model/desired-state.ts";
import type { Clock } from "../system/clock.ts";

export interface Proof {
  /** An action works on this container, or has just ended. */
  touched(container: string): void;
  /** What is there now; of what is gone nothing is remembered. */
  keep(checks: ReadonlySet<string>, containers: ReadonlySet<string>): void;
  /** The checks that must run before the rest of what is known counts; none when everything does. */
  unproven(checks: readonly DesiredCheck[], graph: RungGraph): readonly DesiredCheck[];
}

export interface ProofOptions {
  readonly clock: Pick<Clock, "now" | "monotonic">;
  /** A check's last look of this process, when it was good and has not been contradicted since. */
  readonly goodLook: (name: string) => GoodLook | undefined;
  /** Milliseconds between looks. */
  readonly intervalOf: (check: DesiredCheck) => number;
}

export interface GoodLook extends Pick<CheckResult, "checkedAt"> {
  /** By the monotonic clock: what came first is not decided by a clock that people and time servers set. */
  readonly begunAt: number;
}

/** A look older than so many intervals has been missed: it says nothing of now. */
const FRESH_INTERVALS = 2;
const PROOF = "conference";

export function createProof({ clock, goodLook, intervalOf }: ProofOptions): Proof {
  const touchedAt = new Map<string, number>();
  /** Check → its definition, and since when it has been so. */
  const definitions = new Map<string, { readonly text: string; readonly since: number }>();

  const definedSince = (check: DesiredCheck): number => {
    const text = JSON.stringify([check.kind, check.spec, check.container]);
    const known = definitions.get(check.name);
    if (known?.text === text) return known.since;
    // A look at what the check was before is no look at what it is now.
    const since = known === undefined ? Number.NEGATIVE_INFINITY : clock.monotonic();
    definitions.set(check.name, { text, since });
    return since;
  };

  /** By both clocks: the one goes on while the machine is suspended, the other may have been set since. */
  const isFresh = ({ checkedAt, begunAt }: GoodLook, mostMs: number): boolean => {
    const age = clock.now() - checkedAt;
    return age >= 0 && Math.max(age, clock.monotonic() - begunAt) <= mostMs;
  };

  const isProven = (check: DesiredCheck, graph: RungGraph): boolean => {
    const defined = definedSince(check);
    const look = goodLook(check.name);
    if (!look || look.begunAt < defined || !isFresh(look, FRESH_INTERVALS * intervalOf(check))) return false;
    const containers = [check.name, ...graph.below(check.name)].map(
      (name) => graph.rungs.get(name)?.container,
    );
    return containers.every(
      (name) => name === undefined || look.begunAt >= (touchedAt.get(name) ?? Number.NEGATIVE_INFINITY),
    );
  };

  return {
    touched: (container) => void touchedAt.set(container, clock.monotonic()),
    keep: (checks, containers) => {
      for (const name of definitions.keys()) if (!checks.has(name)) definitions.delete(name);
      for (const name of touchedAt.keys()) if (!containers.has(name)) touchedAt.delete(name);
    },
    unproven: (checks, graph) => {
      const unproven = new Set(checks.filter((check) => !isProven(check, graph)));
      // Whatever had to be looked at again: in the end it is a conference that must work.
      const proofs = unproven.size > 0 ? checks.filter(({ kind }) => kind === PROOF) : [];
      return checks.filter((check) => unproven.has(check) || proofs.includes(check));
    },
  };
}
