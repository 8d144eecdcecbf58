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

/** A socket's error code (libuv's names of connect(2)'s errors) as a reason, and in words; the code is in the evidence. */
export function connectFailure(error: Error, target: string): CheckFailure<ConnectReason> {
  const code = "code" in error && typeof error.code === "string" ? error.code : "";
  const { reason, words } = FAILURES[code] ?? other(error);
  return new CheckFailure<ConnectReason>(reason, words(target), {
    cause: error,
    evidence: { errorCode: code },
  });
}

interface Failure {
  readonly reason: ConnectReason;
  readonly words: (target: string) => string;
}

const noWay: Failure = { reason: "unreachable", words: (target) => `no way leads to ${target}` };

const FAILURES: Readonly<Record<string, Failure>> = {
  ECONNREFUSED: { reason: "port_closed", words: (target) => `nothing listens at ${target}` },
  ETIMEDOUT: { reason: "connect_timeout", words: (target) => `no connection to ${target} in time` },
  EHOSTUNREACH: noWay,
  ENETUNREACH: noWay,
  EADDRNOTAVAIL: {
    reason: "unreachable",
    words: (target) => `this machine has no address to reach ${target} from`,
  },
  EACCES: { reason: "unreachable", words: (target) => `this machine forbids connections to ${target}` },
  ECONNRESET: { reason: "connection_lost", words: (target) => `${target} reset the connection` },
  EPIPE: { reason: "connection_lost", words: (target) => `${target} closed the connection` },
};

/** What has no words here keeps the system's own. */
function other(error: Error): Failure {
  return { reason: "connection_lost", words: (target) => `${target}: ${error.message}` };
}
