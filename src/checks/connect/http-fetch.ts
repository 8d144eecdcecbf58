/** One GET over a new connection, with a reason for every way an answer can fail to be HTTP. */
import type { ReasonTable } from "../check-kind.ts";
import { CheckFailure, type CheckRun } from "../check-run.ts";
import { exchangeHttp, type HttpAnswer } from "./http-exchange.ts";
import { openSecured, type StreamTarget } from "./open-secured.ts";

export const fetchReasons = {
  bad_answer: {
    severity: "critical",
    hint: "the answer is not HTTP: compare the check's `port:` and `scheme:` with the service",
  },
  headers_too_large: {
    severity: "critical",
    hint: "status line and headers are over 16 KiB, more than browsers and proxies take: look for a header that a service adds again and again",
  },
  answer_cut: {
    severity: "critical",
    hint: "the connection ended before the answer did: a crashing backend, or a proxy's timeout (convene logs CONTAINER)",
  },
} as const satisfies ReasonTable<string>;

export type FetchReason = keyof typeof fetchReasons;

export interface FetchTarget extends Omit<StreamTarget, "alpn"> {
  readonly path: string;
  readonly bodyLimit?: number;
}

/** Redirects are not followed. Fails with a ConnectReason, TlsReason or FetchReason. */
export async function fetchOnce(target: FetchTarget, run: CheckRun): Promise<HttpAnswer> {
  const { host, path, bodyLimit } = target;
  const socket = await openSecured({ ...target, alpn: ["http/1.1"] }, run);
  const limit = bodyLimit === undefined ? {} : { bodyLimit };
  try {
    return await exchangeHttp(socket, { method: "GET", host: hostHeader(target), path, ...limit }, run);
  } catch (cause) {
    run.signal.throwIfAborted();
    throw fetchFailure(cause, `${host}${path}`);
  }
}

/** The name people use, whatever port the check takes. */
function hostHeader({ host }: FetchTarget): string {
  return host.includes(":") ? `[${host}]` : host;
}

/** Codes of Node's HTTP parser begin with HPE. */
function fetchFailure(cause: unknown, what: string): CheckFailure<FetchReason> {
  const error = cause instanceof Error ? cause : new Error(String(cause));
  const code = "code" in error && typeof error.code === "string" ? error.code : "";
  const reason = reasonOf(code);
  const words = reason === "answer_cut" ? `the answer of ${what} is cut off` : `no HTTP answer from ${what}`;
  return new CheckFailure<FetchReason>(reason, `${words}: ${error.message}`, {
    cause,
    evidence: { errorCode: code },
  });
}

function reasonOf(code: string): FetchReason {
  if (code === "HPE_HEADER_OVERFLOW" || code === "HPE_CHUNK_EXTENSIONS_OVERFLOW") return "headers_too_large";
  if (code === "ECONNRESET" || code === "EPIPE" || code === "HPE_INVALID_EOF_STATE") return "answer_cut";
  return "bad_answer";
}
