/** What has been proven since it was last disturbed: a change makes run again only what it can have touched. */
import type { CheckResult } from "../checks/check.ts";
import type { RungGraph } from "../checks/states/rung-graph.ts";
import type { DesiredCheck } from "../model/desired-state.ts";

export interface Proof {
  /** An action works on this container, or has just ended. */
  touched(container: string): void;
  /** What is there now; of what is gone nothing is remembered. */
  keep(checks: ReadonlySet<string>, containers: ReadonlySet<string>): void;
  /** The checks that must run before the rest of what is known counts; none when everything does. */
  unproven(checks: readonly DesiredCheck[], graph: RungGraph): readonly DesiredCheck[];
}

export interface ProofOptions {
  readonly clock: { now(): number };
  /** A check's last look of this process, when it was good and has not been contradicted since. */
  readonly goodLook: (name: string) => Pick<CheckResult, "checkedAt"> | undefined;
  /** Milliseconds between looks. */
  readonly intervalOf: (check: DesiredCheck) => number;
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
    const since = known === undefined ? Number.NEGATIVE_INFINITY : clock.now();
    definitions.set(check.name, { text, since });
    return since;
  };

  const isProven = (check: DesiredCheck, graph: RungGraph): boolean => {
    const defined = definedSince(check);
    const look = goodLook(check.name);
    if (!look || look.checkedAt < defined) return false;
    if (clock.now() - look.checkedAt > FRESH_INTERVALS * intervalOf(check)) return false;
    const containers = [check.name, ...graph.below(check.name)].map(
      (name) => graph.rungs.get(name)?.container,
    );
    return containers.every((name) => name === undefined || look.checkedAt >= (touchedAt.get(name) ?? 0));
  };

  return {
    touched: (container) => void touchedAt.set(container, clock.now()),
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
