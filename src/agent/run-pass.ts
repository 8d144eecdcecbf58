/** One pass from start to verdict, with everything that is told about it: status, history, alerts, events. */
import { startStopwatch } from "../system/clock.ts";
import type { Verdict } from "./agent-event.ts";
import type { AgentOptions } from "./agent-options.ts";
import { lookOnly } from "./look-only.ts";
import type { PassEnd, PassRequest } from "./loop.ts";
import type { PassDependencies } from "./pass-dependencies.ts";
import { type OpenedPass, stepsFor } from "./pass-steps.ts";
import { type PassResult, runPipeline } from "./pipeline.ts";
import { tellGaveWay, tellPass } from "./tell-pass.ts";
import { type JudgedPass, judgeError, judgePass } from "./verdict.ts";

export async function runPass(pass: PassRequest, deps: PassDependencies): Promise<PassEnd> {
  const { options, status, bus } = deps;
  const started = options.clock.now();
  const elapsed = startStopwatch(options.clock);
  const suspension = options.state.suspension();
  status.suspended(suspension);
  if (suspension !== undefined) {
    const revision = await options.repository.resolveBranch().catch(() => undefined);
    const verdict = { ...suspendedVerdict(suspension), ...(revision === undefined ? {} : { revision }) };
    bus.publish({ at: started, pass: pass.pass, type: "verdict", verdict });
    if (deps.desired() === undefined) await lookOnly(deps);
    return { retry: false };
  }
  if (pass.askedAt !== undefined) deps.held.release(pass.askedAt);
  status.passStarted(pass.wakeups);
  bus.publish({ at: started, pass: pass.pass, type: "pass-started", wakeups: pass.wakeups });
  const confirmed = options.state.confirmed();
  const opened: OpenedPass = {};
  let result: PassResult | undefined;
  let end: JudgedPass;
  try {
    result = await runPipeline(pass, stepsFor(deps, opened));
    if (result.gaveWay && !pass.superseded.aborted) {
      await tellGaveWay(pass, result, elapsed(), deps);
      return { retry: false };
    }
    end = judgePass(result, pass.superseded, elapsed(), (name) => deps.watch.board.cause(name));
  } catch (error) {
    end = judgeError(error, pass.superseded, elapsed());
    if (opened.commit !== undefined) end = { ...end, verdict: { revision: opened.commit, ...end.verdict } };
  }
  deps.verification.settled();
  await tellPass(pass, end.verdict, result, deps);
  if (end.verdict.outcome === "ready" && result) await tidyUp(result, opened, confirmed, options);
  return end;
}

/**
 * What the finished revision no longer needs: passwords of people and secrets of containers that are gone, confirmations
 * that were used. It is done again after each pass, so that a crash in between only puts it off.
 */
async function tidyUp(
  result: PassResult,
  { secretNames }: OpenedPass,
  confirmed: ReadonlySet<string>,
  { store, state }: AgentOptions,
): Promise<void> {
  const waiting = new Set(result.plan.blocked.flatMap(({ confirms = [] }) => confirms));
  const unused = [...state.confirmed()].filter((one) => !confirmed.has(one) || waiting.has(one));
  await state.keepConfirmations(new Set(unused));
  // Accounts and containers whose removal waits for a confirmation keep theirs, and so does data on a volume.
  if (result.plan.blocked.some((one) => one.reason === "ConfirmationNeeded")) return;
  const people = result.desired.accounts.filter((account) => !account.internal);
  await store.prune("passwords", new Set(people.map(({ jid }) => jid.slice(0, jid.lastIndexOf("@")))));
  if (secretNames) await store.prune("internal", secretNames);
}

function suspendedVerdict(reason: string): Verdict {
  const message = `suspended: ${reason}; \`sudo convene resume\` goes on`;
  return { outcome: "suspended", reason: "Suspended", message, actions: 0, milliseconds: 0 };
}
