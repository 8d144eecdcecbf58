/** A stand-in TURN server that does as a test says, for what coturn cannot be told to do; real coturn is coturn-server.ts. */
import { createSocket } from "node:dgram";
import { createServer, type Socket } from "node:net";
import { longTermKey, mintTurnCredential } from "../../src/checks/stun/credentials.ts";
import { xorAddressAttribute } from "../../src/checks/stun/stun-address.ts";
import { Attribute, type MessageClass, Method } from "../../src/checks/stun/stun-constants.ts";
import { type DecodedStun, decodeStun } from "../../src/checks/stun/stun-decode.ts";
import { encodeStun } from "../../src/checks/stun/stun-encode.ts";
import { StunFramer } from "../../src/checks/stun/stun-frame.ts";
import { attributeValue, type StunAttribute, textAttribute } from "../../src/checks/stun/stun-message.ts";
import { Secret } from "../../src/system/secret.ts";
import { listenOnLoopback } from "./loopback-port.ts";

export const STAND_IN_SECRET = new Secret("shared");
/** What the clock of its clients says. */
export const STAND_IN_NOW = 1_700_000_000_000;
export const STAND_IN_KEY = longTermKey(
  mintTurnCredential(STAND_IN_SECRET, "convene-check", STAND_IN_NOW, 300),
  "turn.test",
);
export const RELAYED = { address: "127.0.0.1", port: 50_000 };

/** What the server says to one request; undefined is silence. */
export type Behaviour = (request: DecodedStun, count: number) => Uint8Array | undefined;

export interface StandInTurn {
  readonly port: number;
  /** Requests in the order they came. */
  readonly seen: readonly DecodedStun[];
  /** Ports they came from. */
  readonly ports: ReadonlySet<number>;
  stop(): void;
}

/** Listens for UDP on 127.0.0.1. */
export async function startStandInUdp(behaviour: Behaviour): Promise<StandInTurn> {
  const seen: DecodedStun[] = [];
  const ports = new Set<number>();
  const server = createSocket("udp4");
  server.on("message", (bytes, from) => {
    ports.add(from.port);
    const answer = answerTo(bytes, seen, behaviour);
    if (answer !== undefined) server.send(answer, from.port, from.address);
  });
  await new Promise<void>((resolve) => {
    server.bind(0, "127.0.0.1", resolve);
  });
  return { port: server.address().port, seen, ports, stop: () => void server.close() };
}

/** Listens for TCP on 127.0.0.1; `flood` is called with each new connection. */
export async function startStandInTcp(
  behaviour: Behaviour,
  flood: (socket: Socket) => void = () => undefined,
): Promise<StandInTurn> {
  const seen: DecodedStun[] = [];
  const ports = new Set<number>();
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    ports.add(socket.remotePort ?? 0);
    socket.on("error", () => undefined);
    const framer = new StunFramer();
    socket.on("data", (chunk: Uint8Array) => {
      for (const bytes of framer.push(chunk).messages) {
        const answer = answerTo(bytes, seen, behaviour);
        if (answer !== undefined) socket.write(answer);
      }
    });
    flood(socket);
  });
  const port = await listenOnLoopback(server);
  const stop = (): void => {
    server.close();
    for (const socket of sockets) socket.destroy();
  };
  return { port, seen, ports, stop };
}

function answerTo(bytes: Uint8Array, seen: DecodedStun[], behaviour: Behaviour): Uint8Array | undefined {
  const decoded = decodeStun(bytes);
  if (!decoded.ok) return undefined;
  seen.push(decoded.message);
  return behaviour(decoded.message, seen.length);
}

export function reply(
  request: DecodedStun,
  messageClass: MessageClass,
  attributes: readonly StunAttribute[],
  integrityKey?: Uint8Array,
): Uint8Array {
  const { method, transactionId } = request;
  return encodeStun(
    { method, messageClass, transactionId, attributes },
    integrityKey ? { integrityKey } : {},
  );
}

/** An error response with realm and nonce, as a challenge has them. */
export function refuse(request: DecodedStun, code: number, nonce = "nonce", realm = "turn.test"): Uint8Array {
  const value = Uint8Array.from([0, 0, Math.floor(code / 100), code % 100]);
  return reply(request, 3, [
    { type: Attribute.errorCode, value },
    textAttribute(Attribute.realm, realm),
    textAttribute(Attribute.nonce, nonce),
  ]);
}

export function isAuthenticated(request: DecodedStun): boolean {
  return attributeValue(request, Attribute.username) !== undefined;
}

/** Everything right, but that no data comes back. */
export const polite: Behaviour = (request) => {
  if (!isAuthenticated(request)) return request.method === Method.allocate ? refuse(request, 401) : undefined;
  const relayed = xorAddressAttribute(Attribute.xorRelayedAddress, RELAYED, request.transactionId);
  return reply(request, 2, request.method === Method.allocate ? [relayed] : [], STAND_IN_KEY);
};
