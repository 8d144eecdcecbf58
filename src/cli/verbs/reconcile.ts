/** `convene reconcile` wakes the agent; `convene wait` asks for a verdict. */
import type { Verdict } from "../../agent/agent-event.ts";
import { createEventPrinter } from "../event-printer.ts";
import { EXIT, type ExitCode, exitCodeOfVerdict } from "../exit-code.ts";
import { follow } from "../follow.ts";
import { renderVerdict } from "../render-event.ts";
import { timeoutMs } from "../timeout.ts";
import type { Verb } from "../verb.ts";

export interface ReconcileOptions {
  readonly now?: boolean;
  readonly wait?: boolean;
  readonly timeout: string;
}

export interface WaitOptions {
  readonly revision?: string;
  readonly timeout: string;
}

export async function reconcile(verb: Verb, options: ReconcileOptions): Promise<ExitCode> {
  const client = await verb.agent();
  const now = options.now ?? false;
  if (!options.wait) {
    await client.reconcile({ now, reason: "convene reconcile" });
    if (verb.json) verb.value({ accepted: true });
    else verb.line("▸ the agent is awake; see `convene status`");
    return EXIT.yes;
  }
  const verdict = await follow({
    client,
    clock: verb.dependencies.clock,
    signal: verb.dependencies.signal,
    commit: undefined,
    now,
    reason: "convene reconcile",
    timeoutMs: timeoutMs(options.timeout),
    printer: createEventPrinter({ print: verb.json ? () => {} : verb.line, plan: "whole" }),
  });
  return answer(verb, verdict, options.timeout);
}

export async function wait(verb: Verb, options: WaitOptions): Promise<ExitCode> {
  const client = await verb.agent();
  const verdict = await client.wait(options.revision, timeoutMs(options.timeout), verb.dependencies.signal);
  return answer(verb, verdict, options.timeout);
}

function answer(verb: Verb, verdict: Verdict | undefined, timeout: string): ExitCode {
  if (verb.json) verb.value({ verdict: verdict ?? null });
  else if (verdict) for (const line of renderVerdict(verdict)) verb.line(line);
  else verb.line(`- no verdict within ${timeout}; see \`convene status\``);
  return exitCodeOfVerdict(verdict);
}
