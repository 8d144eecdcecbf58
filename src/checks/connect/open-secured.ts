/** Resolve, connect and, where wanted, TLS: the first rungs of everything that runs over a stream. */
import type { Socket } from "node:net";
import type { CheckRun } from "../check-run.ts";
import { findAddress, type Target } from "./find-address.ts";
import { openTcp } from "./open-tcp.ts";
import { openTls } from "./open-tls.ts";

export interface StreamTarget extends Target {
  readonly port: number;
  readonly secure: boolean;
  readonly allowSelfSigned: boolean;
  readonly alpn?: readonly string[];
}

/** The caller closes the socket. Fails with a ConnectReason or TlsReason. */
export async function openSecured(target: StreamTarget, run: CheckRun): Promise<Socket> {
  const socket = await openTcp(await findAddress(target, run), target.port, run);
  if (!target.secure) return socket;
  const { host: serverName, allowSelfSigned, alpn } = target;
  return await openTls(socket, { serverName, allowSelfSigned, ...(alpn === undefined ? {} : { alpn }) }, run);
}
