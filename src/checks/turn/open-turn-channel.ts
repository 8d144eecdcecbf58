/** Connects to a TURN server by the one transport that is asked for, and never by another. */
import type { CheckRun } from "../check-run.ts";
import { openTcp } from "../connect/open-tcp.ts";
import { openTls } from "../connect/open-tls.ts";
import { openUdpChannel, streamChannel, type StunChannel } from "../stun/stun-channel.ts";

export type TurnTransport = "udp" | "tcp" | "tls";

export interface TurnServer {
  /** TLS server name. */
  readonly host: string;
  readonly address: string;
  readonly port: number;
  readonly transport: TurnTransport;
  readonly allowSelfSigned: boolean;
}

/** Fails with a ConnectReason or TlsReason. */
export async function openTurnChannel(server: TurnServer, run: CheckRun): Promise<StunChannel> {
  const { host, address, port, transport, allowSelfSigned } = server;
  if (transport === "udp") return await openUdpChannel(address, port, run);
  const socket = await openTcp(address, port, run);
  if (transport === "tcp") return streamChannel(socket);
  return streamChannel(await openTls(socket, { serverName: host, allowSelfSigned }, run));
}
