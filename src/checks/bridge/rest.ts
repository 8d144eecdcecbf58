/** The private HTTP interfaces of Jitsi's servers: one request a connection, answers read strictly. */
import type { z } from "zod";
import { CheckFailure, CheckRun } from "../check-run.ts";
import { exchangeHttp, type HttpAnswer, type HttpQuestion } from "../connect/http-exchange.ts";
import { openTcp } from "../connect/open-tcp.ts";
import type { BridgeReason } from "./bridge-reasons.ts";

export interface RestServer {
  /** Container address. */
  readonly address: string;
  readonly port: number;
}

/** Fails with a ConnectReason or `bad_answer`. */
export async function askRest(
  server: RestServer,
  question: Omit<HttpQuestion, "host">,
  run: CheckRun,
): Promise<HttpAnswer> {
  // Its connection and bytes are no phases of their own: each request is one.
  const request = new CheckRun(run.context, run.signal);
  const socket = await openTcp(server.address, server.port, request);
  try {
    return await exchangeHttp(socket, { ...question, host: `${server.address}:${server.port}` }, request);
  } catch (cause) {
    run.signal.throwIfAborted();
    const words = cause instanceof Error ? cause.message : String(cause);
    const message = `${question.path}: no HTTP answer: ${words}`;
    throw new CheckFailure<BridgeReason>("bad_answer", message, { cause });
  }
}

/** The body as `schema` has it; fails with `bad_answer`. */
export function readJson<T>(answer: HttpAnswer, what: string, schema: z.ZodType<T>): T {
  const parsed = schema.safeParse(parseJson(answer.body));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const where = `${issue?.path.join(".") ?? ""} ${issue?.message ?? ""}`.trim();
  throw new CheckFailure<BridgeReason>("bad_answer", `${what} is not what Jitsi answers: ${where}`, {
    evidence: { status: answer.status, body: answer.body.slice(0, 200) },
  });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
