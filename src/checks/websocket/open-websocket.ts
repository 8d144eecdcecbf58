/** Opens a WebSocket (RFC 6455) on a connection, with a reason for each answer that is none. */
import type { IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import { WebSocket } from "ws";
import { CheckFailure, type CheckRun } from "../check-run.ts";
import { whenLate } from "../connect/when-late.ts";
import { answererOf, reasonOfRefusal, type RefusedUpgrade } from "./refused-upgrade.ts";
import type { UpgradeReason } from "./upgrade-reasons.ts";

export interface WebSocketRequest {
  readonly url: string;
  readonly protocol: string;
  /** Bytes of one message. */
  readonly messageLimit: number;
}

const ANSWER_MS = 5_000;
/** Bytes of a refusal's body that are looked at. */
const REFUSAL_LIMIT = 4_096;

/** Takes the socket over; the caller closes the WebSocket. Fails with an UpgradeReason. */
export function openWebSocket(socket: Socket, request: WebSocketRequest, run: CheckRun): Promise<WebSocket> {
  return run.phase("upgrade", async () => {
    run.say(`→ WebSocket upgrade ${request.url} ${request.protocol}`);
    const webSocket = new WebSocket(request.url, request.protocol, {
      createConnection: () => socket,
      followRedirects: false,
      maxPayload: request.messageLimit,
      perMessageDeflate: false,
    });
    // After it is open an error is read by whoever uses it; without a listener it would end the process.
    webSocket.on("error", () => undefined);
    try {
      await opened(webSocket, run.signal);
      run.say("← 101 switching protocols");
      return webSocket;
    } catch (error) {
      webSocket.terminate();
      socket.destroy();
      if (error instanceof CheckFailure) run.say(`← ${error.message}`);
      throw error;
    }
  });
}

async function opened(webSocket: WebSocket, signal: AbortSignal): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  webSocket.once("open", resolve);
  webSocket.once("error", (error) => reject(handshakeFailure(error)));
  webSocket.once("unexpected-response", (_request, response) => {
    refusalOf(response).then((refused) => reject(refusalFailure(refused)), reject);
  });
  const late = (): void =>
    reject(failure("websocket_no_answer", "no answer to the WebSocket upgrade in time"));
  const forget = whenLate(ANSWER_MS, signal, late);
  try {
    await promise;
  } finally {
    forget();
  }
}

/** As much of the body as has a say in who answered; one that breaks off says enough. */
async function refusalOf(response: IncomingMessage): Promise<RefusedUpgrade> {
  let body = "";
  try {
    for await (const chunk of response as AsyncIterable<Buffer>) {
      body += chunk.toString("latin1");
      if (body.length >= REFUSAL_LIMIT) break;
    }
  } catch {
    // The status stands.
  }
  return {
    status: response.statusCode ?? 0,
    server: String(response.headers.server ?? ""),
    contentType: response.headers["content-type"] ?? "",
    body: body.slice(0, REFUSAL_LIMIT),
  };
}

function refusalFailure(refused: RefusedUpgrade): CheckFailure<UpgradeReason> {
  const answeredBy = answererOf(refused);
  const message = `expected 101 Switching Protocols, got ${refused.status} from ${answeredBy}`;
  const { status, body } = refused;
  return failure(reasonOfRefusal(refused), message, { status, answeredBy, body: body.slice(0, 200) });
}

/** What `ws` and Node's HTTP parser say of an answer that is no handshake. */
function handshakeFailure(error: Error): CheckFailure<UpgradeReason> {
  const code = "code" in error && typeof error.code === "string" ? error.code : "";
  if (code === "ECONNRESET" || code === "EPIPE") {
    return failure("websocket_closed", "the connection was closed before the WebSocket was open");
  }
  const reason = /subprotocol/i.test(error.message) ? "subprotocol_not_passed" : "websocket_bad_handshake";
  return failure(reason, `no WebSocket: ${error.message}`);
}

function failure(
  reason: UpgradeReason,
  message: string,
  evidence: Record<string, string | number> = {},
): CheckFailure<UpgradeReason> {
  return new CheckFailure(reason, message, { evidence });
}
