/** A stand-in TURN relay with a real relay port, which loses the data of one direction. */
import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import {
  readXorAddress,
  type TransportAddress,
  xorAddressAttribute,
} from "../../src/checks/stun/stun-address.ts";
import { Attribute, MessageClass, Method } from "../../src/checks/stun/stun-constants.ts";
import { type DecodedStun, decodeStun } from "../../src/checks/stun/stun-decode.ts";
import { encodeStun } from "../../src/checks/stun/stun-encode.ts";
import { attributeValue } from "../../src/checks/stun/stun-message.ts";
import { isAuthenticated, refuse, reply, STAND_IN_KEY } from "./misbehaving-turn.ts";

export interface OneWayRelay {
  readonly port: number;
  stop(): void;
}

/** `carriesOut` says whether data for that peer leaves; what comes to the relay port always arrives. */
export async function startOneWayRelay(carriesOut: (isOwnAddress: boolean) => boolean): Promise<OneWayRelay> {
  const server = await bound("127.0.0.1");
  const relay = await bound("127.0.0.3");
  const relayed = relay.address();
  let client: TransportAddress | undefined;
  relay.on("message", (payload: Uint8Array, from) => {
    if (client !== undefined) server.send(dataIndication(payload, from), client.port, client.address);
  });
  server.on("message", (bytes: Uint8Array, from) => {
    const decoded = decodeStun(bytes);
    if (!decoded.ok) return;
    const { message } = decoded;
    if (message.method === Method.allocate) client = from;
    if (message.messageClass === MessageClass.indication) {
      const peer = readXorAddress(attributeValue(message, Attribute.xorPeerAddress), message.transactionId);
      const payload = attributeValue(message, Attribute.data);
      if (peer === undefined || payload === undefined || !carriesOut(peer.port === relayed.port)) return;
      relay.send(payload, peer.port, peer.address);
      return;
    }
    server.send(answer(message, relayed, from), from.port, from.address);
  });
  return {
    port: server.address().port,
    stop: () => {
      server.close();
      relay.close();
    },
  };
}

function answer(request: DecodedStun, relayed: TransportAddress, from: TransportAddress): Uint8Array {
  const { transactionId } = request;
  const mapped = xorAddressAttribute(Attribute.xorMappedAddress, from, transactionId);
  if (request.method === Method.binding) return reply(request, 2, [mapped]);
  if (!isAuthenticated(request)) return refuse(request, 401);
  const addresses = [xorAddressAttribute(Attribute.xorRelayedAddress, relayed, transactionId), mapped];
  return reply(request, 2, request.method === Method.allocate ? addresses : [], STAND_IN_KEY);
}

function dataIndication(payload: Uint8Array, from: TransportAddress): Uint8Array {
  const transactionId = new Uint8Array(12);
  return encodeStun({
    method: Method.data,
    messageClass: MessageClass.indication,
    transactionId,
    attributes: [
      xorAddressAttribute(Attribute.xorPeerAddress, from, transactionId),
      { type: Attribute.data, value: payload },
    ],
  });
}

async function bound(address: string): Promise<Socket> {
  const socket = createSocket("udp4").bind(0, address);
  await once(socket, "listening");
  return socket;
}
