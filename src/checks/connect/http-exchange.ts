/** One HTTP request on an open connection, the answer capped in size and never followed elsewhere. */
import { type IncomingMessage, request } from "node:http";
import type { Socket } from "node:net";
import type { CheckRun } from "../check-run.ts";

export interface HttpQuestion {
  readonly method: "GET" | "POST" | "PATCH";
  readonly host: string;
  readonly path: string;
  readonly accept?: string;
  /** Sent as application/json. */
  readonly json?: unknown;
  /** Sent as text/xml. */
  readonly xml?: string;
  /** Bytes of a body that are read at most, 64 KiB unless given; the rest is left unread. */
  readonly bodyLimit?: number;
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers: IncomingMessage["headers"];
  /** At most `bodyLimit` bytes as text; what is not UTF-8 is replaced. */
  readonly body: string;
  readonly truncated: boolean;
}

const BODY_LIMIT = 65_536;
/** Bytes of status line and headers; Node's own limit can be raised from outside. */
const HEADER_LIMIT = 16_384;

/** Takes the socket over and closes it. Rejects with the parser's or the connection's own error. */
export async function exchangeHttp(
  socket: Socket,
  question: HttpQuestion,
  run: CheckRun,
): Promise<HttpAnswer> {
  run.say(`→ ${question.method} ${question.path} to ${question.host}`);
  const exchange = new Exchange(socket, question, run.signal);
  try {
    const answer = await run.phase("first byte", () => exchange.answer);
    const limit = question.bodyLimit ?? BODY_LIMIT;
    const { body, truncated } = await run.phase("body", () => readBody(answer, limit));
    // A body without a length ends with its connection, which the deadline ends as well.
    run.signal.throwIfAborted();
    run.say(`← ${answer.statusCode ?? 0} ${answer.statusMessage ?? ""}`);
    return { status: answer.statusCode ?? 0, headers: answer.headers, body, truncated };
  } catch (error) {
    throw exchange.fault ?? error;
  } finally {
    socket.destroy();
  }
}

class Exchange {
  readonly answer: Promise<IncomingMessage>;
  /** What the parser minds in a body: who reads the body is only told that it broke off. */
  fault: Error | undefined;

  constructor(socket: Socket, question: HttpQuestion, signal: AbortSignal) {
    const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
    this.answer = promise;
    const payload = question.json === undefined ? question.xml : JSON.stringify(question.json);
    const failed = (error: Error): void => {
      this.fault ??= error;
      reject(error);
    };
    request({
      createConnection: () => socket,
      method: question.method,
      path: question.path,
      headers: headersOf(question, payload),
      maxHeaderSize: HEADER_LIMIT,
      signal,
    })
      .on("response", resolve)
      // A server that switches protocols unasked is none that answers.
      .on("upgrade", () => failed(new Error("the server switched protocols without being asked")))
      .on("error", failed)
      .end(payload);
  }
}

function headersOf(question: HttpQuestion, payload: string | undefined): Record<string, string | number> {
  return {
    host: question.host,
    "user-agent": "convene-check",
    accept: question.accept ?? "*/*",
    connection: "close",
    ...(payload === undefined
      ? {}
      : {
          "content-type": question.json === undefined ? "text/xml; charset=utf-8" : "application/json",
          "content-length": Buffer.byteLength(payload),
        }),
  };
}

async function readBody(
  answer: IncomingMessage,
  limit: number,
): Promise<{ body: string; truncated: boolean }> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of answer as AsyncIterable<Uint8Array>) {
    chunks.push(chunk);
    size += chunk.length;
    if (size > limit) break;
  }
  const whole = Buffer.concat(chunks).subarray(0, limit);
  return { body: new TextDecoder().decode(whole), truncated: size > limit };
}
