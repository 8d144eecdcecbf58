/** Follows a push that has landed: wakes the agent, shows progress, ends with the verdict. Never fails the push. */
import { commitOf } from "../../source/revision.ts";
import { ConveneError, reportError } from "../../system/errors.ts";
import { createEventPrinter } from "../event-printer.ts";
import { follow } from "../follow.ts";
import { renderError } from "../render-error.ts";
import { renderVerdict } from "../render-event.ts";
import type { HookContext } from "./hook-context.ts";

/** As long as people may keep a change waiting, and an image may build. */
const FOLLOW_MS = 90 * 60_000;

export async function postReceive(context: HookContext): Promise<void> {
  const commit = context.updates.find(
    (update) => update.ref === `refs/heads/${context.settings.branch}`,
  )?.after;
  if (commit === undefined) return;
  try {
    if (context.options.noWait) await wakeOnly(context, commit);
    else await followPush(context, commit);
  } catch (error) {
    if (context.terminal?.aborted) return;
    for (const line of renderError(reportError(error))) context.print(line);
    context.print(
      `  → the commit is accepted and is applied when the agent runs: convene wait --revision ${commit}`,
    );
  }
}

async function wakeOnly({ client, options, print }: HookContext, commit: string): Promise<void> {
  await client.reconcile({ now: options.now, reason: "push" });
  print(`▸ accepted; the verdict: convene wait --revision ${commit}`);
}

async function followPush(context: HookContext, commit: string): Promise<void> {
  const { client, clock, print, signal, repository } = context;
  const verdict = await follow({
    client,
    clock,
    signal: context.terminal ? AbortSignal.any([signal, context.terminal]) : signal,
    commit,
    now: context.options.now,
    reason: "push",
    timeoutMs: FOLLOW_MS,
    printer: createEventPrinter({ print, plan: "summary" }),
    isWanted: async () => (await repository.resolveBranch()) === commit,
    isNewer: async (revision) => repository.isAncestor(commit, commitOf(revision)),
  });
  if (verdict === undefined) {
    throw new ConveneError({
      code: "FollowTimedOut",
      message: `there is no verdict after ${FOLLOW_MS / 60_000} min`,
      hint: "see `convene status` on the host",
    });
  }
  for (const line of renderVerdict(verdict)) print(line);
}
