/** `convene check [NAME|host]`: runs checks now and says what they saw, or what they saw before. */
import type { CheckResult } from "../../checks/check.ts";
import { durationOf } from "../../checks/duration-of.ts";
import type { CheckPast } from "../../status/check-past.ts";
import { EXIT, type ExitCode } from "../exit-code.ts";
import { printable } from "../printable.ts";
import { renderPast, renderPasts } from "../render-check-past.ts";
import { renderDuration } from "../render-time.ts";
import type { Verb } from "../verb.ts";

export interface CheckOptions {
  /** Prints the conversation and the evidence. */
  readonly verbose?: boolean;
  /** Runs nothing: shows the last looks and failures. */
  readonly history?: boolean;
}

export async function check(verb: Verb, name: string | undefined, options: CheckOptions): Promise<ExitCode> {
  const client = await verb.agent();
  if (options.history) return showHistory(verb, await client.checkHistory(name), name, options);
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

/** Yes means that all are up. */
function showHistory(
  verb: Verb,
  pasts: readonly CheckPast[],
  name: string | undefined,
  { verbose = false }: CheckOptions,
): ExitCode {
  const now = verb.dependencies.clock.now();
  if (verb.json) verb.value(pasts);
  else if (name === undefined) for (const line of renderPasts(pasts, now)) verb.line(line);
  else for (const line of pasts.flatMap((past) => renderPast(past, now, verbose))) verb.line(line);
  if (!verb.json && pasts.length === 0) verb.line("- there are no checks yet: push a site first");
  return pasts.every(({ state }) => state === "up") ? EXIT.yes : EXIT.findings;
}

function renderResult(result: CheckResult, verbose: boolean): readonly string[] {
  if (result.reason === "not_asked") return [`- ${printable(result.name)}  ${printable(result.message)}`];
  const mark = !result.ok ? "✗" : result.severity === "ok" ? "✓" : "!";
  const took = renderDuration(durationOf(result));
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
