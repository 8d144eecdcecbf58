/** A ping and its pong: frames go both ways on an open WebSocket (RFC 6455 section 5.5.3). */
import type { WebSocket } from "ws";
import { CheckFailure, type CheckRun } from "../check-run.ts";
import { whenLate } from "../connect/when-late.ts";
import type { UpgradeReason } from "./upgrade-reasons.ts";

const ANSWER_MS = 5_000;

/** Fails with `websocket_dropped` or `websocket_no_answer`. */
export function askForPong(webSocket: WebSocket, run: CheckRun): Promise<void> {
  return run.phase("pong", async () => {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const fail = (reason: UpgradeReason, message: string): void =>
      reject(new CheckFailure<UpgradeReason>(reason, message));
    webSocket.once("pong", () => resolve());
    webSocket.once("close", () =>
      fail("websocket_dropped", "the WebSocket opened, and the connection ended at once"),
    );
    const late = (): void => fail("websocket_no_answer", "a ping was not answered in time");
    const forget = whenLate(ANSWER_MS, run.signal, late);
    try {
      webSocket.ping();
      await promise;
    } finally {
      forget();
    }
  });
}
