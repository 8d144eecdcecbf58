/** Changes and their outcome: LXD does them at once or as a background operation that is waited for here. */
import type { Clock } from "../system/clock.ts";
import { ConveneError } from "../system/errors.ts";
import { hasCode, refused } from "./lxd-errors.ts";
import { nameOf, pathOf, read } from "./request.ts";
import type { LxdRequest, Requester } from "./request.ts";
import { lxdOperationSchema } from "./schema.ts";
import type { LxdOperation } from "./schema.ts";

export interface WaitOptions {
  readonly clock: Clock;
  /** Milliseconds from now until the operation is given up; it may go on inside LXD. */
  readonly deadlineMs: number;
  /** Called with LXD's own progress texts, for example `Unpack: 40%`. */
  readonly progress?: ((message: string) => void) | undefined;
}

export const OPERATION_DEADLINE_MS = 120_000;
/** How long an operation is still believed in while LXD does not answer (a restart takes about 2 s). */
const RECONNECT_MS = 20_000;
const SUCCESS = 200;

/**
 * Sends a change and returns when it is done, whichever way this version of LXD does it.
 * Answers the finished operation, undefined when there was none.
 */
export async function change(
  requester: Requester,
  request: LxdRequest,
  options: WaitOptions,
): Promise<LxdOperation | undefined> {
  const { answer } = await requester.call(request);
  if (answer.type === "sync") return undefined;
  return await waitForOperation(requester, answer.metadata, nameOf(request), options);
}

/** Waits like `untilEnded`, and throws the operation's failure in LXD's words. */
async function waitForOperation(
  requester: Requester,
  operation: LxdOperation,
  what: string,
  options: WaitOptions,
): Promise<LxdOperation> {
  const ended = await untilEnded(requester, operation, what, options);
  if (ended.status_code === SUCCESS) return ended;
  throw refused(what, ended.status_code, ended.err || "cancelled");
}

/**
 * Waits until an operation has ended, well or badly. Throws `LxdTimeout` (retryable) when the deadline passes, and
 * `LxdOutcomeUnknown` (retryable) when LXD has forgotten it: ended operations vanish after 5 s and with every
 * restart of the daemon, so the caller must read the object again.
 */
export async function untilEnded(
  requester: Requester,
  operation: LxdOperation,
  what: string,
  options: WaitOptions,
): Promise<LxdOperation> {
  const deadline = options.clock.monotonic() + options.deadlineMs;
  let told: string | undefined;
  for (;;) {
    const left = deadline - options.clock.monotonic();
    if (left <= 0) throw timedOut(what, options.deadlineMs, requester.project);
    const sliceMs = Math.min(left, options.progress ? 1_000 : 10_000);
    const current = await waitSlice(requester, operation.id, what, sliceMs, options.clock);
    requester.onOperationAlive?.();
    const message = progressText(current);
    if (message !== undefined && message !== told) {
      told = message;
      options.progress?.(message);
    }
    if (current.status_code >= SUCCESS) return current;
  }
}

/** One `/wait?timeout=`: on a time-out LXD answers 200 with the operation as it stands. */
async function waitSlice(
  requester: Requester,
  id: string,
  what: string,
  sliceMs: number,
  clock: Clock,
): Promise<LxdOperation> {
  const seconds = Math.max(1, Math.ceil(sliceMs / 1000));
  const giveUp = clock.monotonic() + RECONNECT_MS;
  for (;;) {
    try {
      const { value } = await read(requester, lxdOperationSchema, {
        path: pathOf`operations/${id}/wait`,
        query: { timeout: String(seconds) },
        deadlineMs: seconds * 1000 + 10_000,
        longPoll: true,
      });
      return value;
    } catch (error) {
      if (hasCode(error, "LxdNotFound")) throw outcomeUnknown(what, error);
      if (!hasCode(error, "LxdUnreachable") || clock.monotonic() > giveUp) throw error;
      await clock.sleep(250);
    }
  }
}

function progressText(operation: LxdOperation): string | undefined {
  for (const [key, value] of Object.entries(operation.metadata)) {
    if (key.endsWith("_progress") && typeof value === "string") return value;
  }
  return undefined;
}

function timedOut(what: string, deadlineMs: number, project: string): ConveneError {
  return new ConveneError({
    code: "LxdTimeout",
    message: `LXD has not finished ${what} after ${Math.round(deadlineMs / 1000)} s`,
    hint: `see \`lxc operation list --project ${project}\`; the next pass reads again what came of it`,
    retryable: true,
  });
}

function outcomeUnknown(what: string, cause: unknown): ConveneError {
  return new ConveneError({
    code: "LxdOutcomeUnknown",
    message: `LXD no longer knows the operation of ${what}: outcome unknown`,
    hint: "LXD was restarted meanwhile; the next pass reads again what came of it",
    cause,
    retryable: true,
  });
}
