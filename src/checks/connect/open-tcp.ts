/** Opens a TCP connection as one phase of a check, every way of failing with its own reason. */
import { connect, type Socket } from "node:net";
import { CheckFailure, type CheckRun } from "../check-run.ts";
import type { ConnectReason } from "./connect-reasons.ts";
import { refuseForbidden } from "./refuse-forbidden.ts";
import { whenLate } from "./when-late.ts";

/** Milliseconds for a connection, however long the check's own time is: a participant gives up no later. */
const CONNECT_MS = 5_000;

/** The caller closes the socket. Fails with a ConnectReason. */
export function openTcp(address: string, port: number, run: CheckRun): Promise<Socket> {
  return run.phase("connect", async () => {
    refuseForbidden(address, run);
    run.say(`connect tcp ${address}:${port}`);
    return await dial(address, port, run.signal);
  });
}

async function dial(address: string, port: number, outer: AbortSignal): Promise<Socket> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const socket = connect({ host: address, port, noDelay: true });
  const late = (): void => {
    const error = new Error(`no connection to ${address}:${port} in time`);
    reject(Object.assign(error, { code: "ETIMEDOUT" }));
  };
  // A later error is read by whoever uses the socket; without a listener it would end the process.
  socket.once("connect", resolve).on("error", reject);
  const forget = whenLate(CONNECT_MS, outer, late);
  try {
    await promise;
    return socket;
  } catch (error) {
    socket.destroy();
    throw error instanceof Error ? connectFailure(error, `${address}:${port}`) : error;
  } finally {
    forget();
  }
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
