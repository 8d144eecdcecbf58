/** A step of setting the host up: it compares first, changes only what differs, and says which. */

export type StepOutcome = "created" | "changed" | "already there" | "removed" | "not there" | "kept";

export interface StepResult {
  readonly outcome: StepOutcome;
  /** A few more words: a path, an address, a duration. */
  readonly detail?: string;
}

export interface Step {
  /** What it is about: `user convene`. */
  readonly name: string;
  /** Throws ConveneError; running it again after that is safe. */
  run(): Promise<StepResult>;
}

export type SayLine = (line: string) => void;

const NAME_WIDTH = 18;

/** Runs the steps in order, one printed line each; stops at the first that throws. Answers how many changed something. */
export async function runSteps(steps: readonly Step[], say: SayLine): Promise<number> {
  let changed = 0;
  for (const step of steps) {
    const result = await step.run();
    if (result.outcome === "created" || result.outcome === "changed" || result.outcome === "removed")
      changed += 1;
    const detail = result.detail === undefined ? "" : `  ${result.detail}`;
    say(`  ${step.name.padEnd(NAME_WIDTH)}  ${result.outcome}${detail}`);
  }
  return changed;
}
