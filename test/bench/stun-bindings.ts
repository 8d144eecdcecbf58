/** What a `stun` check costs above the bare exchange: one new UDP socket, one request, one answer that is understood. */
import { createSocket } from "node:dgram";
import { createCheckContext } from "../../src/checks/check-context.ts";
import { runCheck } from "../../src/checks/registry.ts";
import { readXorAddress } from "../../src/checks/stun/stun-address.ts";
import { Attribute } from "../../src/checks/stun/stun-constants.ts";
import { decodeStun } from "../../src/checks/stun/stun-decode.ts";
import { encodeStun } from "../../src/checks/stun/stun-encode.ts";
import { attributeValue } from "../../src/checks/stun/stun-message.ts";
import { systemClock } from "../../src/system/clock.ts";
import { randomBytes } from "node:crypto";
import { startCoturn } from "../lab/coturn-server.ts";
import { compareTimes } from "./compare-times.ts";
import type { Figure } from "./figure.ts";

const WARM_UP = 1_000;
const ROUNDS = 4_000;
const TARGET = 1.25;

export async function measureStunBindings(): Promise<Figure> {
  const server = await startCoturn({ secret: "any" });
  try {
    const { port } = server;
    const context = createCheckContext({ clock: systemClock, signal: new AbortController().signal });
    const desired = { name: "stun", kind: "stun", spec: { host: "127.0.0.1", port }, intervalSeconds: 60 };
    const checked = async (): Promise<void> => {
      const { reason, message } = await runCheck(desired, context);
      if (reason !== "ok") throw new Error(`the check said ${reason}: ${message}`);
    };
    const bare = (): Promise<void> => exchange(port);
    const { ratio, note } = await compareTimes({ bare, whole: checked, warmUp: WARM_UP, rounds: ROUNDS });
    return {
      name: "a STUN binding as a check, compared with the bare exchange",
      measured: ratio,
      target: TARGET,
      unit: "times",
      note,
    };
  } finally {
    await server.stop();
  }
}

/** The same packets, with nothing around them. */
function exchange(port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = createSocket("udp4");
    const transactionId = randomBytes(12);
    socket.on("message", (bytes) => {
      const decoded = decodeStun(bytes);
      if (!decoded.ok || Buffer.compare(decoded.message.transactionId, transactionId) !== 0) return;
      const mapped = attributeValue(decoded.message, Attribute.xorMappedAddress);
      socket.close();
      if (readXorAddress(mapped, transactionId) === undefined) reject(new Error("no address in the answer"));
      else resolve();
    });
    socket.connect(port, "127.0.0.1", () => {
      const request = { method: 1, messageClass: 0, transactionId, attributes: [] } as const;
      socket.send(encodeStun(request, { fingerprint: true }));
    });
  });
}
