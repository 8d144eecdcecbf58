/** Turns what LXD or its socket says into the errors the rest of convene knows. */
import { ConveneError } from "../system/errors.ts";

const REACH_HINT =
  "look at `systemctl status lxd` (or `snap services lxd`), and whether the agent's user may open the socket (group lxd)";

const CONNECTION_CODES: ReadonlySet<string> = new Set([
  "ENOENT",
  "ECONNREFUSED",
  "EPIPE",
  "ECONNRESET",
  "EACCES",
  "EPERM",
  "EAGAIN",
]);

/** An error for a request that got no answer: no socket, closed socket, no permission, or time over. */
export function unreachable(what: string, cause: unknown): ConveneError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new ConveneError({
    code: "LxdUnreachable",
    message: `LXD does not answer ${what}: ${reason}`,
    hint: REACH_HINT,
    cause,
    retryable: true,
  });
}

/** Whether an error thrown by node's sockets means that the other side is not there. */
export function isConnectionError(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (error.name === "TimeoutError") return true;
  return "code" in error && typeof error.code === "string" && CONNECTION_CODES.has(error.code);
}

/**
 * The error for an answer with an HTTP status of 400 and above, or for a failed operation.
 * LXD's codes are coarse (a wrong config key is a 500), so its words decide where they are telling.
 */
export function refused(what: string, status: number, words: string): ConveneError {
  const message = `LXD refused ${what}: ${words}`;
  if (status === 503) {
    return new ConveneError({ code: "LxdUnreachable", message, hint: REACH_HINT, retryable: true });
  }
  if (/busy running/i.test(words)) return new ConveneError({ code: "LxdBusy", message, retryable: true });
  if (status === 409 || /already exists/i.test(words)) {
    return new ConveneError({ code: "LxdAlreadyExists", message });
  }
  if (status === 404) return new ConveneError({ code: "LxdNotFound", message });
  return new ConveneError({ code: "LxdError", message, retryable: status === 412 });
}

/** An answer that is not what the API promises. */
export function unexpected(what: string, cause: unknown): ConveneError {
  const detail = cause instanceof Error ? cause.message : String(cause);
  return new ConveneError({
    code: "LxdError",
    message: `LXD's answer to ${what} is not understood: ${detail}`,
    hint: "check that this version of LXD is supported (5.0 to 6)",
    cause,
  });
}

export function hasCode(error: unknown, code: string): error is ConveneError {
  return error instanceof ConveneError && error.code === code;
}
