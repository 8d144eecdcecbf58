/** The real site's bring-up, killed at random moments: `kill-random.ts [RUNS]`. Each has to end Ready, with no orphan. */
import { alignColumns } from "../../src/cli/columns.ts";
import { type BringUp, bringUp } from "./bring-up.ts";

const HEADER = [
  "run",
  "killed at",
  "in the middle of",
  "Ready after",
  "left over",
  "missing",
  "planned next",
];

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(1)} s`;
}

/** What the first list has more than the second, as one cell. */
function more(some: readonly string[], others: readonly string[]): string {
  return some.filter((one) => !others.includes(one)).join(", ") || "-";
}

function row(run: number, killedAt: number, done: BringUp, reference: BringUp): readonly string[] {
  return [
    String(run),
    seconds(killedAt),
    done.cutShort.join(", ") || "-",
    seconds(done.milliseconds),
    more(done.holdings, reference.holdings),
    more(reference.holdings, done.holdings),
    done.planned.join(", ") || "-",
  ];
}

async function campaign(runs: number): Promise<number> {
  say("· one bring-up undisturbed, to compare with");
  const reference = await bringUp(undefined);
  say(`✓ Ready after ${seconds(reference.milliseconds)}, ${reference.holdings.length} objects`);
  const rows: (readonly string[])[] = [HEADER];
  let bad = 0;
  for (let run = 1; run <= runs; run += 1) {
    const killedAt = Math.random() * reference.milliseconds;
    try {
      const cells = row(run, killedAt, await bringUp(killedAt), reference);
      if (cells.slice(4).some((cell) => cell !== "-")) bad += 1;
      rows.push(cells);
    } catch (error) {
      bad += 1;
      rows.push([String(run), seconds(killedAt), error instanceof Error ? error.message : String(error)]);
    }
    say(alignColumns([HEADER, rows.at(-1) ?? []])[1] ?? "");
  }
  say("");
  for (const line of alignColumns(rows)) say(line);
  say(bad === 0 ? `✓ ${runs} of ${runs} ended Ready with nothing left over` : `✗ ${bad} of ${runs} did not`);
  return bad === 0 ? 0 : 1;
}

process.exitCode = await campaign(Number(process.argv[2] ?? 10));
