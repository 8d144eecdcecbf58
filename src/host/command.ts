/** Running the host's own programs: with a deadline, without a shell, errors in the program's own words. */
import { execFile } from "node:child_process";
import { ConveneError } from "../system/errors.ts";

export interface CommandRequest {
  readonly command: string;
  readonly arguments: readonly string[];
  readonly timeoutMs?: number;
  /** Added to a minimal environment (PATH, HOME, LC_ALL=C.UTF-8). */
  readonly environment?: Readonly<Record<string, string>>;
  /** Sent to standard input, then closed. */
  readonly stdin?: string;
  readonly workingDirectory?: string;
  /** Numeric user and group to run as; the caller's own when absent. */
  readonly user?: { readonly uid: number; readonly gid: number };
  /** Exit codes that are an answer, not an error; 0 when absent. */
  readonly accept?: readonly number[];
  /** Said when it fails: what the reader can do. */
  readonly hint?: string;
}

export interface CommandResult {
  readonly exitCode: number;
  readonly stdout: string;
}

/** Throws ConveneError `CommandFailed` with the last lines of what the program said. */
export type RunCommand = (request: CommandRequest) => Promise<CommandResult>;

const DEFAULT_TIMEOUT_MS = 60_000;
const MAXIMUM_OUTPUT_BYTES = 16 * 1024 * 1024;
const ROOT_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/snap/bin";

export const runCommand: RunCommand = (request) =>
  new Promise((resolve, reject) => {
    const child = execFile(
      request.command,
      [...request.arguments],
      {
        timeout: request.timeoutMs ?? DEFAULT_TIMEOUT_MS,
        killSignal: "SIGKILL",
        maxBuffer: MAXIMUM_OUTPUT_BYTES,
        env: { PATH: ROOT_PATH, HOME: "/root", LC_ALL: "C.UTF-8", ...request.environment },
        cwd: request.workingDirectory ?? "/",
        ...request.user,
      },
      (error, stdout, stderr) => {
        const exitCode = error === null ? 0 : error.code;
        if (typeof exitCode === "number" && (request.accept ?? [0]).includes(exitCode)) {
          resolve({ exitCode, stdout });
          return;
        }
        reject(commandFailed(request, error, `${stderr}\n${stdout}`));
      },
    );
    // A program that ends without reading its input is judged by its exit code, not by the broken pipe.
    child.stdin?.on("error", () => undefined);
    child.stdin?.end(request.stdin ?? "");
  });

function commandFailed(
  request: CommandRequest,
  error: (Error & { code?: string | number | null | undefined; killed?: boolean | undefined }) | null,
  output: string,
): ConveneError {
  const line = [request.command, ...request.arguments].join(" ");
  return new ConveneError({
    code: "CommandFailed",
    message: `\`${line}\` ${howItEnded(request, error)}${lastLines(output)}`,
    hint: request.hint ?? hintFor(request, error?.code),
    cause: error,
  });
}

function howItEnded(
  request: CommandRequest,
  error: { code?: string | number | null | undefined; killed?: boolean | undefined } | null,
): string {
  if (error?.killed === true)
    return `did not end within ${(request.timeoutMs ?? DEFAULT_TIMEOUT_MS) / 1000} s`;
  if (error?.code === "ENOENT") return "could not be started: no such program";
  return `failed with exit code ${error?.code ?? 0}`;
}

function hintFor(request: CommandRequest, code: string | number | null | undefined): string {
  return code === "ENOENT"
    ? `install the Debian package that brings ${request.command}, then run this again`
    : "put right what the message says, then run this again: what is already there is kept";
}

function lastLines(output: string): string {
  const lines = output
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "")
    .slice(-5);
  return lines.length === 0 ? "" : `: ${lines.join(" | ")}`;
}
