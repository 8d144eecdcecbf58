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
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers: IncomingMessage["headers"];
  /** At most `BODY_LIMIT` bytes as text. */
  readonly body: string;
  readonly truncated: boolean;
}

/** Bytes read of a body; the rest is left unread. */
const BODY_LIMIT = 65_536;

/** Takes the socket over and closes it. Rejects with the parser's or the connection's own error. */
export async function exchangeHttp(
  socket: Socket,
  question: HttpQuestion,
  run: CheckRun,
): Promise<HttpAnswer> {
  run.say(`→ ${question.method} ${question.path} to ${question.host}`);
  try {
    const answer = await run.phase("first byte", () => ask(socket, question, run.signal));
    const { body, truncated } = await run.phase("body", () => readBody(answer));
    run.say(`← ${answer.statusCode ?? 0} ${answer.statusMessage ?? ""}`);
    return { status: answer.statusCode ?? 0, headers: answer.headers, body, truncated };
  } finally {
    socket.destroy();
  }
}

function ask(socket: Socket, question: HttpQuestion, signal: AbortSignal): Promise<IncomingMessage> {
  const payload = question.json === undefined ? undefined : JSON.stringify(question.json);
  return new Promise((resolve, reject) => {
    const sent = request({
      createConnection: () => socket,
      method: question.method,
      path: question.path,
      headers: {
        host: question.host,
        "user-agent": "convene-check",
        accept: question.accept ?? "*/*",
        connection: "close",
        ...(payload === undefined
          ? {}
          : { "content-type": "application/json", "content-length": Buffer.byteLength(payload) }),
      },
      signal,
    });
    sent.on("response", resolve);
    sent.on("error", reject);
    sent.end(payload);
  });
}

async function readBody(answer: IncomingMessage): Promise<{ body: string; truncated: boolean }> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of answer as AsyncIterable<Uint8Array>) {
    chunks.push(chunk);
    size += chunk.length;
    if (size >= BODY_LIMIT) break;
  }
  const whole = Buffer.concat(chunks).subarray(0, BODY_LIMIT);
  return { body: new TextDecoder().decode(whole), truncated: size > BODY_LIMIT };
}
