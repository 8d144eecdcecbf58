/** HTTP over a unix socket for the CLI and the hooks: one request, a deadline, the agent's errors as ours. */
import { type IncomingMessage, request as httpRequest } from "node:http";
import { createInterface } from "node:readline";
import type { z } from "zod";
import { ConveneError, type ErrorReport } from "../system/errors.ts";
import { errorAnswer } from "./answers.ts";

export interface ControlRequest {
  readonly socketPath: string;
  readonly method: "GET" | "POST";
  readonly path: string;
  readonly query?: Readonly<Record<string, string | number | undefined>>;
  readonly body?: unknown;
  /** Milliseconds until the answer begins. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
}

const OTHER_VERSION =
  "command and agent may have different versions: `systemctl restart convene`, then run this again";
const MAXIMUM_ANSWER = 64 * 1024 * 1024;

/** The whole answer through its schema. */
export async function ask<T>(request: ControlRequest, schema: z.ZodType<T>): Promise<T> {
  const response = await open(request);
  return parse(schema, await readAll(response), request);
}

/** The answer's lines; resolves when the agent has begun to answer, so nothing after that is missed. */
export async function askLines<T>(request: ControlRequest, schema: z.ZodType<T>): Promise<AsyncGenerator<T>> {
  const response = await open(request);
  return lines(response, schema, request);
}

/** The error an ErrorReport was made from. */
export function errorFromReport(report: ErrorReport): ConveneError {
  return new ConveneError(report);
}

async function* lines<T>(
  response: IncomingMessage,
  schema: z.ZodType<T>,
  request: ControlRequest,
): AsyncGenerator<T> {
  const reader = createInterface({ input: response, crlfDelay: Infinity });
  try {
    for await (const line of reader) {
      if (line !== "") yield parse(schema, line, request);
    }
  } catch (error) {
    throw error instanceof ConveneError ? error : unreachable(request, error);
  } finally {
    response.destroy();
  }
}

async function open(request: ControlRequest): Promise<IncomingMessage> {
  const deadline = new AbortController();
  const timer = setTimeout(() => {
    deadline.abort(new Error(`no answer within ${request.timeoutMs} ms`));
  }, request.timeoutMs);
  try {
    const response = await send(request, deadline.signal);
    if (response.statusCode === 200) return response;
    throw await refusal(response, request);
  } catch (error) {
    if (error instanceof ConveneError) throw error;
    request.signal?.throwIfAborted();
    throw unreachable(request, deadline.signal.aborted ? deadline.signal.reason : error);
  } finally {
    clearTimeout(timer);
  }
}

async function send(request: ControlRequest, deadline: AbortSignal): Promise<IncomingMessage> {
  const content = request.body === undefined ? undefined : JSON.stringify(request.body);
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(request.query ?? {})) {
    if (value !== undefined) query.set(name, String(value));
  }
  return new Promise((resolve, reject) => {
    const outgoing = httpRequest(
      {
        socketPath: request.socketPath,
        method: request.method,
        path: `${request.path}?${query.toString()}`,
        agent: false,
        headers:
          content === undefined
            ? {}
            : { "content-type": "application/json", "content-length": Buffer.byteLength(content) },
        ...(request.signal ? { signal: request.signal } : {}),
      },
      resolve,
    );
    const giveUp = (): void => {
      outgoing.destroy(deadline.reason instanceof Error ? deadline.reason : undefined);
    };
    deadline.addEventListener("abort", giveUp, { once: true });
    outgoing.once("response", () => deadline.removeEventListener("abort", giveUp));
    outgoing.once("error", reject);
    outgoing.end(content);
  });
}

async function readAll(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response) {
    if (!Buffer.isBuffer(chunk)) continue;
    size += chunk.length;
    if (size > MAXIMUM_ANSWER) throw new Error(`the agent's answer has more than ${MAXIMUM_ANSWER} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

function parse<T>(schema: z.ZodType<T>, text: string, request: ControlRequest): T {
  const result = schema.safeParse(parseJson(text));
  if (result.success) return result.data;
  throw new ConveneError({
    code: "AgentAnswerNotUnderstood",
    message: `the agent's answer to ${request.path} was not understood: ${result.error.issues[0]?.message ?? ""}`,
    hint: OTHER_VERSION,
  });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

async function refusal(response: IncomingMessage, request: ControlRequest): Promise<ConveneError> {
  const answer = errorAnswer.safeParse(parseJson(await readAll(response)));
  if (answer.success) return errorFromReport(answer.data.error);
  return new ConveneError({
    code: "AgentAnswerNotUnderstood",
    message: `the agent answered ${request.path} with status ${response.statusCode ?? 0}`,
    hint: OTHER_VERSION,
  });
}

/** Says whether the agent is down or the caller may not ask. */
function unreachable(request: ControlRequest, error: unknown): ConveneError {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  const words = error instanceof Error ? error.message : String(error);
  if (code === "EACCES" || code === "EPERM") {
    return new ConveneError({
      code: "SocketAccessDenied",
      message: `you may not use ${request.socketPath}`,
      hint: "run it with sudo; members of group convene may do all but confirm, suspend and resume",
      cause: error,
    });
  }
  return new ConveneError({
    code: "AgentUnreachable",
    message: `the agent does not answer on ${request.socketPath}: ${words}`,
    hint: "start it with `systemctl start convene`; see `journalctl -u convene`",
    cause: error,
    retryable: true,
  });
}
