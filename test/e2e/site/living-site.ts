/** The site the end-to-end scenarios live on: one host, brought up once, changed by each scenario. */
import { expect } from "chai";
import type { z } from "zod";
import { historyAnswer } from "../../../src/control/answers.ts";
import { systemClock } from "../../../src/system/clock.ts";
import { pollUntil } from "../../../src/system/retry.ts";
import type { PushOutcome } from "../../lab/convene-host.ts";
import type { SiteFiles } from "../../lab/lab-site.ts";
import { type Harness, createHarness } from "../harness.ts";

type History = z.output<typeof historyAnswer>;

export interface LivingSite {
  readonly harness: Harness;
  /** Rewrites files and pushes; answers what the pusher saw. */
  change(rewrite: (files: SiteFiles) => SiteFiles, options?: readonly string[]): Promise<PushOutcome>;
  history(limit?: number): Promise<History>;
  /** The newest history entry with an action whose id matches. */
  lastAction(
    id: string | RegExp,
  ): Promise<{ entry: History[number]; action: History[number]["actions"][number] } | undefined>;
  /** Waits until the agent says Ready and the next plan is empty. */
  settled(): Promise<void>;
}

export async function createLivingSite(): Promise<LivingSite> {
  const harness = await createHarness({ name: "cvlife", number: 77, settings: { sweepInterval: "10s" } });
  let files = await harness.site();
  const history = async (limit = 50): Promise<History> =>
    historyAnswer.parse(await harness.host.json(["history", "--limit", String(limit)]));
  return {
    harness,
    history,
    change: async (rewrite, pushOptions = []) => {
      const before = files;
      files = rewrite(files);
      const outcome = await harness.host.push({ files, replace: true, pushOptions });
      if (outcome.exitCode !== 0) files = before;
      return outcome;
    },
    lastAction: async (id) => {
      for (const entry of await history()) {
        const action = entry.actions.find((one) =>
          typeof id === "string" ? one.id === id : id.test(one.id),
        );
        if (action) return { entry, action };
      }
      return undefined;
    },
    settled: async () => {
      const quiet = await until(async () => {
        const plan = await harness.host.convene(["plan"]);
        return plan.exitCode === 0 && isReady(await harness.status());
      }, 120_000);
      expect(
        quiet,
        `the site does not settle: ${JSON.stringify((await harness.status()).conditions)}`,
      ).to.equal(true);
    },
  };
}

export function isReady(status: {
  readonly conditions: readonly { readonly type: string; readonly status: string }[];
}): boolean {
  return status.conditions.some((one) => one.type === "Ready" && one.status === "True");
}

/** True as soon as `condition` is, false when the time is over. */
export async function until(condition: () => Promise<boolean>, timeoutMs: number): Promise<boolean> {
  const timing = { clock: systemClock, intervalMs: 200, timeoutMs };
  return (await pollUntil(async () => ((await condition()) ? true : undefined), timing)) ?? false;
}

/** One text replacement in one file; throws when it would change nothing. */
export function replaced(file: string, from: string | RegExp, to: string): (files: SiteFiles) => SiteFiles {
  return (files) => {
    const before = files[file] ?? "";
    const after = before.replace(from, to);
    if (after === before) throw new Error(`${file} has nothing like ${String(from)}`);
    return { ...files, [file]: after };
  };
}

/** The lines of a push that announce actions, without the prefix git adds. */
export function plannedLines(outcome: PushOutcome): readonly string[] {
  const lines = outcome.stderr.split(/[\r\n]+/).map((line) => line.replace(/^remote: ?/, "").trimEnd());
  const first = lines.findIndex((line) => /plan of \d+ action/.test(line));
  const rest = lines.slice(first + 1);
  return rest
    .slice(
      0,
      rest.findIndex((line) => !/^ {2}/.test(line)),
    )
    .filter((line) => /^ {2}[~+±-] /.test(line));
}
