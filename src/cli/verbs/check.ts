/** `convene check [NAME|host]`: runs checks now and says what they saw. */
import type { CheckResult } from "../../checks/check.ts";
import { EXIT, type ExitCode } from "../exit-code.ts";
import { printable } from "../printable.ts";
import { renderDuration } from "../render-time.ts";
import type { Verb } from "../verb.ts";

export interface CheckOptions {
  /** Prints the conversation and the evidence. */
  readonly verbose?: boolean;
}

export async function check(verb: Verb, name: string | undefined, options: CheckOptions): Promise<ExitCode> {
  const client = await verb.agent();
  const transcript = (line: string): void => {
    if (options.verbose && !verb.json) verb.line(`  | ${printable(line)}`);
  };
  const results = await client.check(name, transcript, verb.dependencies.signal);
  if (verb.json) verb.value(results);
  else
    for (const line of results.flatMap((result) => renderResult(result, options.verbose ?? false)))
      verb.line(line);
  if (!verb.json && results.length === 0) verb.line("- there are no checks yet: push a site first");
  return results.every((result) => result.ok) ? EXIT.yes : EXIT.findings;
}

function renderResult(result: CheckResult, verbose: boolean): readonly string[] {
  const mark = !result.ok ? "✗" : result.severity === "ok" ? "✓" : "!";
  const took = renderDuration(result.phases.reduce((sum, phase) => sum + phase.milliseconds, 0));
  const proof = Object.entries(result.evidence).map(
    ([key, value]) => `    ${printable(`${key}: ${String(value)}`)}`,
  );
  const phases = result.phases.map(
    (phase) => `    ${printable(phase.name)} ${renderDuration(phase.milliseconds)}`,
  );
  return [
    `${mark} ${printable(result.name)}  ${result.reason}: ${printable(result.message)}  (${took})`,
    ...(result.hint === undefined ? [] : [`  → ${printable(result.hint)}`]),
    ...(verbose ? [...phases, ...proof] : []),
  ];
}
