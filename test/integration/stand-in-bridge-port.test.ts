/** What the lab's stand-in bridge answers on its media port before anybody is known there, and what it leaves unanswered. */
import { randomBytes } from "node:crypto";
import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { readXorAddress } from "../../src/checks/stun/stun-address.ts";
import { Attribute, MessageClass, Method } from "../../src/checks/stun/stun-constants.ts";
import { type DecodedStun, decodeStun } from "../../src/checks/stun/stun-decode.ts";
import { encodeStun } from "../../src/checks/stun/stun-encode.ts";
import {
  attributeValue,
  type StunAttribute,
  stunError,
  textAttribute,
  uint32Attribute,
} from "../../src/checks/stun/stun-message.ts";
import { BridgeParticipant, type BridgeTransport } from "../lab/bridge-participant.ts";
import { type StandInBridge, startStandInBridge } from "../lab/stand-in-bridge.ts";

const PRIORITY = uint32Attribute(Attribute.priority, 0x6e_00_01_ff);

describe("the stand-in bridge's media port", function () {
  this.timeout(20_000);
  const folder = mkdtempSync(join(tmpdir(), "convene-bridge-port-"));
  let bridge: StandInBridge;
  let alice: BridgeTransport;
  let bob: BridgeTransport;
  let socket: Socket;

  before(async () => {
    bridge = await startStandInBridge({ folder });
    alice = await BridgeParticipant.allocate(endpoint("alice", true));
    bob = await BridgeParticipant.allocate(endpoint("bob", false));
  });

  beforeEach(async () => {
    socket = createSocket("udp4");
    socket.bind(0, "127.0.0.1");
    await once(socket, "listening");
  });

  afterEach(() => socket.close());

  after(async () => {
    await bridge?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  function endpoint(id: string, opens: boolean) {
    return { url: bridge.url, meetingId: "of-the-port", opens, id };
  }

  function send(attributes: readonly StunAttribute[], password?: string): void {
    const message = {
      method: Method.binding,
      messageClass: MessageClass.request,
      transactionId: randomBytes(12),
      attributes,
    };
    const key = password === undefined ? {} : { integrityKey: Buffer.from(password) };
    socket.send(encodeStun(message, { ...key, fingerprint: true }), bridge.ports.media, "127.0.0.1");
  }

  async function answer(): Promise<DecodedStun> {
    const [bytes] = await once(socket, "message");
    const decoded = decodeStun(bytes);
    if (!decoded.ok) throw new Error("what it answers is no STUN");
    return decoded.message;
  }

  async function answerTo(attributes: readonly StunAttribute[], password?: string): Promise<DecodedStun> {
    send(attributes, password);
    return await answer();
  }

  function username(local: BridgeTransport): StunAttribute {
    return textAttribute(Attribute.username, `${local.ufrag}:mine`);
  }

  it("confirms a right check before it knows who is at the other side, and says where it came from", async () => {
    const said = await answerTo([username(alice), PRIORITY], alice.pwd);
    expect(said.messageClass).to.equal(MessageClass.success);
    expect(said.verifyIntegrity(Buffer.from(alice.pwd))).to.equal(true);
    const mapped = attributeValue(said, Attribute.xorMappedAddress);
    expect(readXorAddress(mapped, said.transactionId)).to.deep.equal({
      address: "127.0.0.1",
      port: socket.address().port,
    });
  });

  const refused: readonly (readonly [string, () => readonly StunAttribute[], () => string, number])[] = [
    ["a wrong password", () => [username(alice), PRIORITY], () => "wrong", 401],
    ["no priority", () => [username(alice)], () => alice.pwd, 400],
    [
      "a peer that wants to be the controlling one",
      () => [username(alice), PRIORITY, { type: Attribute.iceControlling, value: randomBytes(8) }],
      () => alice.pwd,
      487,
    ],
  ];
  for (const [what, attributes, password, code] of refused) {
    it(`refuses ${what} by ${code}`, async () => {
      const said = await answerTo(attributes(), password());
      expect(stunError(said, Attribute.errorCode)?.code).to.equal(code);
    });
  }

  it("leaves unanswered what is not for one of its endpoints", async () => {
    send([textAttribute(Attribute.username, "nobody:mine"), PRIORITY], alice.pwd);
    send([PRIORITY], alice.pwd);
    send([], undefined);
    socket.send("what do you answer to this?", bridge.ports.media, "127.0.0.1");
    // The first answer there is belongs to the last thing asked.
    const said = await answerTo([username(bob), PRIORITY], bob.pwd);
    expect(said.messageClass).to.equal(MessageClass.success);
    expect(said.verifyIntegrity(Buffer.from(bob.pwd))).to.equal(true);
  });

  it("takes whatever comes from one address for one endpoint's", async () => {
    await answerTo([username(alice), PRIORITY], alice.pwd);
    const said = await answerTo([username(bob), PRIORITY], bob.pwd);
    expect(stunError(said, Attribute.errorCode)?.code).to.equal(401);
  });
});
