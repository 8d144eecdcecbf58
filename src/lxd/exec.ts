/** Running a command in an instance, with its input, its outputs and a deadline of its own. */
import type { Clock } from "../system/clock.ts";
import { ConveneError } from "../system/errors.ts";
import { openExecStreams } from "./exec-streams.ts";
import type { ExecStreams } from "./exec-streams.ts";
import { hasCode, refused, unexpected } from "./lxd-errors.ts";
import type { ExecRequest, ExecResult } from "./lxd.ts";
import { untilEnded } from "./operation.ts";
import { pathOf } from "./request.ts";
import type { Requester } from "./request.ts";
import type { LxdOperation } from "./schema.ts";

/** `timeout` sends SIGTERM, and SIGKILL this much later. */
const KILL_AFTER_SECONDS = 5;
/** What LXD may need on top before the operation counts as stuck. */
const MARGIN_MS = 10_000;
const SIGTERM = 15;
/** Exit codes of timeout(1): the command was ended by SIGTERM, or by SIGKILL. */
const TIMED_OUT: readonly number[] = [124, 137];

/**
 * Runs `request.command` as root. Its exit code is in the result; only a command that could not be run throws,
 * and one that had to be killed (`LxdExecTimeout`, or the signal's reason).
 */
export async function exec(
  requester: Requester,
  clock: Clock,
  request: ExecRequest,
  signal?: AbortSignal,
): Promise<ExecResult> {
  signal?.throwIfAborted();
  const started = clock.monotonic();
  const operation = await start(requester, request);
  const streams = await openExecStreams(requester.socketPath, operation);
  const abort = (): void => streams.kill(SIGTERM);
  signal?.addEventListener("abort", abort, { once: true });
  try {
    if (signal?.aborted) abort();
    streams.sendInput(request.stdin ?? "");
    const exitCode = await wait(requester, clock, operation, request);
    await streams.drained();
    signal?.throwIfAborted();
    const stdout = streams.stdout();
    const stderr = streams.stderr();
    if (TIMED_OUT.includes(exitCode) && clock.monotonic() - started >= request.timeoutMs) {
      throw timedOut(request, streams);
    }
    const truncated = stdout.truncated || stderr.truncated;
    return { exitCode, stdout: stdout.text, stderr: stderr.text, ...(truncated ? { truncated } : {}) };
  } catch (error) {
    throw hasCode(error, "LxdTimeout") ? timedOut(request, streams, error) : error;
  } finally {
    signal?.removeEventListener("abort", abort);
    streams.close();
  }
}

async function start(requester: Requester, request: ExecRequest): Promise<LxdOperation> {
  const seconds = String(Math.max(0.1, request.timeoutMs / 1000));
  const { answer } = await requester.call({
    method: "POST",
    path: pathOf`instances/${request.instance}/exec`,
    json: {
      // The command cannot be cancelled through LXD once convene is gone, so it carries its own limit.
      command: ["timeout", "-k", String(KILL_AFTER_SECONDS), seconds, ...request.command],
      environment: request.environment ?? {},
      cwd: "/",
      user: 0,
      group: 0,
      interactive: false,
      "record-output": false,
      "wait-for-websocket": true,
    },
  });
  if (answer.type === "async") return answer.metadata;
  throw unexpected("POST exec", "no operation");
}

/** The exit code. LXD calls an operation whose command ends with 126 or 127 a failure; to us it is a result. */
async function wait(
  requester: Requester,
  clock: Clock,
  operation: LxdOperation,
  request: ExecRequest,
): Promise<number> {
  const what = `exec in ${request.instance}`;
  const deadlineMs = request.timeoutMs + KILL_AFTER_SECONDS * 1000 + MARGIN_MS;
  const ended = await untilEnded(requester, operation, what, { clock, deadlineMs });
  const exitCode = ended.metadata["return"];
  if (typeof exitCode === "number" && exitCode >= 0) return exitCode;
  throw refused(what, ended.status_code, ended.err || "no exit code");
}

function timedOut(request: ExecRequest, streams: ExecStreams, cause?: unknown): ConveneError {
  const command = request.command.join(" ").slice(0, 120);
  const words = streams.stderr().text.trim().slice(-400);
  return new ConveneError({
    code: "LxdExecTimeout",
    message: `"${command}" in ${request.instance} was killed after ${request.timeoutMs / 1000} s${words === "" ? "" : `: ${words}`}`,
    subject: `container/${request.instance}`,
    cause,
    retryable: true,
  });
}
