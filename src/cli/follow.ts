/** Wakes the agent and follows it to the verdict, saying something at least every ten seconds. */
import type { Verdict } from "../agent/agent-event.ts";
import type { AgentClient } from "../control/client.ts";
import type { EventView } from "../control/plan-view.ts";
import { matchesRevision } from "../source/revision.ts";
import { ConveneError } from "../system/errors.ts";
import type { Clock } from "../system/clock.ts";
import type { EventPrinter } from "./event-printer.ts";

export interface FollowOptions {
  readonly client: Pick<AgentClient, "events" | "reconcile" | "status" | "wait">;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly printer: EventPrinter;
  /** The commit whose verdict is awaited; undefined: the next pass's. */
  readonly commit: string | undefined;
  readonly now: boolean;
  readonly reason: string;
  readonly timeoutMs: number;
  /** Whether a revision seen in the events has the commit behind it: then the commit is superseded. */
  readonly isNewer?: (revision: string) => Promise<boolean>;
  /** Whether the commit is still what is to be deployed: then a pass cut short for it is not its end. */
  readonly isWanted?: () => Promise<boolean>;
}

const SILENCE_MS = 9_000;
const EVENTS_FIRST_MS = 250;

/** The verdict, or undefined when the time ran out first. @throws ConveneError when the agent goes away. */
export async function follow(options: FollowOptions): Promise<Verdict | undefined> {
  const done = new AbortController();
  const signal = AbortSignal.any([options.signal, done.signal]);
  const heard = { at: options.clock.monotonic() };
  try {
    // First the subscription, then the wake-up: nothing of the pass is missed. It may have begun already, or be over.
    const events = await options.client.events(signal, options.commit);
    await options.client.reconcile({ now: options.now, reason: options.reason });
    const suspended = await suspendedVerdict(options);
    if (suspended) return suspended;
    const verdict = await Promise.race([
      verdictFromEvents(events, options, heard),
      ...(options.commit === undefined ? [] : [askedVerdict(options, options.commit, signal)]),
      timeout(options, signal),
      keepTalking(options, signal, heard),
    ]);
    if (verdict?.outcome === "failed") await tellMissed(verdict, options);
    options.printer.flush();
    return verdict;
  } finally {
    done.abort();
  }
}

/** An action can have failed before the subscription stood; a verdict has only one line for it. */
async function tellMissed({ message }: Verdict, { client, printer }: FollowOptions): Promise<void> {
  const { errors } = await client.status();
  printer.showErrors(errors.filter((error) => error.message !== message));
}

async function verdictFromEvents(
  events: AsyncIterable<EventView>,
  options: FollowOptions,
  heard: { at: number },
): Promise<Verdict | undefined> {
  const started = new Map<number, string | undefined>();
  for await (const event of events) {
    heard.at = options.clock.monotonic();
    if (event.type === "pass-started") started.set(event.pass, event.revision);
    const superseded = await supersedes(event, options);
    if (superseded) return superseded;
    if (event.type !== "verdict") {
      // The moved branch may have woken a pass that began to wait before it heard that it need not.
      if (!(options.now && event.type === "waiting")) options.printer.show(event);
    } else if (isOurs(event, options.commit, started) && (await isFinal(event.verdict, options))) {
      return event.verdict;
    }
  }
  options.signal.throwIfAborted();
  throw new ConveneError({
    code: "AgentUnreachable",
    message: "the agent stopped while it was being followed",
    hint: "it goes on where it was when it runs again: systemctl status convene",
    retryable: true,
  });
}

/**
 * Without a commit, only a pass that began after our wake-up answers it. A pass that failed before it knew
 * the revision has none in its verdict: then what it began with counts.
 */
function isOurs(
  event: Extract<EventView, { type: "verdict" }>,
  commit: string | undefined,
  started: ReadonlyMap<number, string | undefined>,
): boolean {
  if (commit === undefined) return started.has(event.pass);
  const revision = event.verdict.revision ?? started.get(event.pass);
  return revision !== undefined && matchesRevision(commit, revision);
}

async function isFinal(verdict: Verdict, { isWanted }: FollowOptions): Promise<boolean> {
  return verdict.outcome !== "superseded" || isWanted === undefined || !(await isWanted());
}

/** A suspended agent starts no pass, so there is nothing to follow. */
async function suspendedVerdict({ client, commit }: FollowOptions): Promise<Verdict | undefined> {
  const { conditions } = await client.status();
  const found = conditions.find((condition) => condition.type === "Suspended" && condition.status === "True");
  if (!found) return undefined;
  return {
    outcome: "suspended",
    reason: found.reason,
    message: found.message,
    actions: 0,
    milliseconds: 0,
    ...(commit === undefined ? {} : { revision: commit }),
  };
}

async function supersedes(event: EventView, options: FollowOptions): Promise<Verdict | undefined> {
  if (event.type !== "planned" || options.commit === undefined || options.isNewer === undefined)
    return undefined;
  if (matchesRevision(options.commit, event.revision)) return undefined;
  if (!(await options.isNewer(event.revision))) return undefined;
  return {
    outcome: "superseded",
    revision: options.commit,
    reason: "Superseded",
    message: `${event.revision.slice(0, 7)} is newer and contains this commit`,
    actions: 0,
    milliseconds: 0,
  };
}

/** The agent may have been done before we subscribed: it remembers. Events still on their way come first. */
async function askedVerdict(
  options: FollowOptions,
  commit: string,
  signal: AbortSignal,
): Promise<Verdict | undefined> {
  const verdict = await options.client.wait(commit, options.timeoutMs, signal);
  await options.clock.sleep(EVENTS_FIRST_MS, signal);
  return verdict;
}

async function timeout(options: FollowOptions, signal: AbortSignal): Promise<undefined> {
  await options.clock.sleep(options.timeoutMs, signal);
  return undefined;
}

/** Never answers; ends with the signal. */
async function keepTalking(
  { clock, printer }: FollowOptions,
  signal: AbortSignal,
  heard: { at: number },
): Promise<never> {
  for (;;) {
    const quiet = clock.monotonic() - heard.at;
    await clock.sleep(Math.max(100, SILENCE_MS - quiet), signal);
    if (clock.monotonic() - heard.at < SILENCE_MS) continue;
    printer.showStillWorking(clock.now());
    heard.at = clock.monotonic();
  }
}
