/** Fuzzes every reader of foreign bytes: `fuzz-codecs.ts [--minutes 20] [--seed N] [--target NAME] [--input HEX]`. */
import { parseArgs } from "node:util";
import { alignColumns } from "../../src/cli/columns.ts";
import { FUZZ_TARGETS, targetNamed } from "./fuzz/targets.ts";
import { watchTarget } from "./fuzz/watch-target.ts";

const { values } = parseArgs({
  options: {
    minutes: { type: "string", default: "20" },
    seed: { type: "string" },
    target: { type: "string" },
    input: { type: "string" },
  },
});

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** One input again, to see what is wrong with it. */
async function replay(name: string, hex: string): Promise<void> {
  await targetNamed(name).run(Buffer.from(hex, "hex"));
  say(`✓ ${name} reads it`);
}

async function campaign(minutes: number, seed: number): Promise<number> {
  const targets = values.target === undefined ? FUZZ_TARGETS : [targetNamed(values.target)];
  const share = (minutes * 60_000) / targets.length;
  say(`seed ${seed}, ${targets.length} targets, ${(share / 60_000).toFixed(1)} min each`);
  const rows: (readonly string[])[] = [["target", "executions", "per second", "findings"]];
  for (const target of targets) {
    const began = performance.now();
    const { executions, findings } = await watchTarget(target, seed, share);
    const perSecond = executions / ((performance.now() - began) / 1000);
    const kinds = findings.map(({ kind }) => kind).join(", ") || "none";
    rows.push([target.name, String(executions), perSecond.toFixed(0), kinds]);
    for (const { kind, input, words } of findings) {
      say(`✗ ${target.name}: ${kind}: ${words}`);
      say(`  --target ${target.name} --input ${Buffer.from(input).toString("hex")}`);
    }
    say(`· ${target.name}: ${executions} inputs, findings: ${kinds}`);
  }
  say("");
  for (const line of alignColumns(rows)) say(line);
  return rows.slice(1).some((row) => row[3] !== "none") ? 1 : 0;
}

if (values.input !== undefined) await replay(values.target ?? "", values.input);
else {
  const seed = values.seed === undefined ? Math.floor(Math.random() * 2 ** 32) : Number(values.seed);
  process.exitCode = await campaign(Number(values.minutes), seed);
}
