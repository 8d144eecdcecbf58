/** Whom the media process hears: a bridge knows its credentials, and could have it answer and probe anybody. */
import { expect } from "chai";
import { randomBytes } from "node:crypto";
import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { createCheckContext } from "../../src/checks/check-context.ts";
import { CheckRun } from "../../src/checks/check-run.ts";
import type { LocalParameters } from "../../src/checks/media/media-messages.ts";
import { type MediaProcess, startMedia } from "../../src/checks/media/media-process.ts";
import {
  Attribute,
  MessageClass,
  Method,
  TRANSACTION_ID_LENGTH,
} from "../../src/checks/stun/stun-constants.ts";
import { encodeStun, type EncodeOptions } from "../../src/checks/stun/stun-encode.ts";
import { type StunAttribute, textAttribute, uint32Attribute } from "../../src/checks/stun/stun-message.ts";
import { systemClock } from "../../src/system/clock.ts";

const REMOTE = {
  ufrag: "bridge",
  pwd: "a password of the bridge",
  fingerprints: [{ hash: "sha-256", value: Array.from({ length: 32 }, () => "AB").join(":") }],
};
const LIMITS = { iceMs: 400, dtlsMs: 400 };

describe("the sources that the media process hears", () => {
  let media: MediaProcess;
  let told: Socket;
  let stranger: Socket;

  before(async () => {
    const { signal } = new AbortController();
    media = startMedia(new CheckRun(createCheckContext({ clock: systemClock, signal }), signal));
    told = createSocket("udp6").bind(0, "::1");
    stranger = createSocket("udp6").bind(0, "::1");
    await Promise.all([told, stranger].map((socket) => once(socket, "listening")));
  });
  after(() => {
    media.close();
    told.close();
    stranger.close();
  });

  it("are those it was told of, however they were spelled, and it sends nothing to others", async () => {
    const heard: number[] = [];
    stranger.on("message", (bytes: Uint8Array) => heard.push(bytes.length));
    const local = await media.open("a");
    const candidates = [{ address: "0:0:0:0:0:0:0:1", port: told.address().port }];
    const outcome = media.connect("a", { ...REMOTE, candidates }, LIMITS).catch(String);
    const port = await new Promise<number>((resolve) => {
      told.once("message", (_bytes, from) => resolve(from.port));
    });
    const conflicting = bridgesCheck(local, Attribute.iceControlled);
    for (const request of [NO_CHECK, conflicting, bridgesCheck(local)]) stranger.send(request, port, "::1");
    told.send(bridgesCheck(local), port, "::1");
    const words = await outcome;
    // What was sent to the stranger before has arrived before this.
    stranger.send(Buffer.from("end"), stranger.address().port, "::1");
    await once(stranger, "message");
    expect(heard).to.deep.equal([3]);
    expect(words).to.match(/^[^;]* answered 0 of \d+ checks, asked 1 times and chosen by it$/);
  });
});

/** Of a method that ICE has not, which a library answers with an error. */
const NO_CHECK = stunRequest(Method.allocate, []);

/** Nominates at once; one that calls itself controlled contradicts the media process. */
function bridgesCheck(local: LocalParameters, role: number = Attribute.iceControlling): Uint8Array {
  const attributes = [
    textAttribute(Attribute.username, `${local.ufrag}:${REMOTE.ufrag}`),
    uint32Attribute(Attribute.priority, 1),
    { type: role, value: Buffer.alloc(8, 0xff) },
    { type: Attribute.useCandidate, value: new Uint8Array() },
  ];
  return stunRequest(Method.binding, attributes, { integrityKey: Buffer.from(local.pwd), fingerprint: true });
}

function stunRequest(
  method: number,
  attributes: readonly StunAttribute[],
  options: EncodeOptions = {},
): Uint8Array {
  const transactionId = randomBytes(TRANSACTION_ID_LENGTH);
  return encodeStun({ method, messageClass: MessageClass.request, transactionId, attributes }, options);
}
