/** Opens a TCP connection as one phase of a check, every way of failing with its own reason. */
import { connect, type Socket } from "node:net";
import { CheckFailure, type CheckRun } from "../check-run.ts";
import type { ConnectReason } from "./connect-reasons.ts";
import { refuseForbidden } from "./refuse-forbidden.ts";

/** Share of the check's time that a connection may take is a fixed 5 s: a participant gives up no later. */
const CONNECT_MS = 5_000;

/** The caller closes the socket. Fails with a ConnectReason. */
export function openTcp(address: string, port: number, run: CheckRun): Promise<Socket> {
  return run.phase("connect", async () => {
    refuseForbidden(address, run);
    run.say(`connect tcp ${address}:${port}`);
    return await dial(address, port, run.signal);
  });
}

function dial(address: string, port: number, signal: AbortSignal): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: address, port, noDelay: true });
    const limit = AbortSignal.any([signal, AbortSignal.timeout(CONNECT_MS)]);
    const settle = (): void => {
      limit.removeEventListener("abort", stop);
      socket.off("connect", connected);
      socket.off("error", failed);
    };
    const connected = (): void => {
      settle();
      // A later error is read by whoever uses the socket; without a listener it would end the process.
      socket.on("error", () => undefined);
      resolve(socket);
    };
    const failed = (error: Error): void => {
      settle();
      socket.destroy();
      reject(connectFailure(error, `${address}:${port}`));
    };
    const stop = (): void =>
      failed(Object.assign(new Error(`no connection to ${address}:${port} in time`), { code: "ETIMEDOUT" }));
    socket.on("connect", connected);
    socket.on("error", failed);
    limit.addEventListener("abort", stop, { once: true });
    if (limit.aborted) stop();
  });
}

/** A socket's error code (libuv's names of connect(2)'s errors) as a reason. */
export function connectFailure(error: Error, target: string): CheckFailure<ConnectReason> {
  const code = "code" in error && typeof error.code === "string" ? error.code : "";
  return new CheckFailure<ConnectReason>(reasonOf(code), `${target}: ${error.message}`, {
    cause: error,
    evidence: { errorCode: code },
  });
}

function reasonOf(code: string): ConnectReason {
  if (code === "ECONNREFUSED") return "port_closed";
  if (code === "ETIMEDOUT") return "connect_timeout";
  if (code === "EHOSTUNREACH" || code === "ENETUNREACH" || code === "EADDRNOTAVAIL" || code === "EACCES") {
    return "unreachable";
  }
  return "connection_lost";
}
