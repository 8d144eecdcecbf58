/** Requests and answers over a channel: repetitions, noise, and how waiting ends. */
import { expect } from "chai";
import { CheckFailure, CheckRun } from "../../../../src/checks/check-run.ts";
import { createCheckContext } from "../../../../src/checks/check-context.ts";
import type { StunChannel, StunReader } from "../../../../src/checks/stun/stun-channel.ts";
import { StunClient } from "../../../../src/checks/stun/stun-client.ts";
import { MessageClass, Method } from "../../../../src/checks/stun/stun-constants.ts";
import { encodeStun } from "../../../../src/checks/stun/stun-encode.ts";
import { systemClock } from "../../../../src/system/clock.ts";

const SIGNAL = new AbortController().signal;

class FakeChannel implements StunChannel {
  readonly reliable: boolean;
  readonly sent: Uint8Array[] = [];
  closed = false;
  reader: StunReader | undefined;

  constructor(reliable: boolean) {
    this.reliable = reliable;
  }

  listen(reader: StunReader): void {
    this.reader = reader;
  }

  send(bytes: Uint8Array): void {
    this.sent.push(bytes);
  }

  close(): void {
    this.closed = true;
  }

  congested(): boolean {
    return false;
  }

  trust(): void {}
}

describe("a STUN client", () => {
  const context = createCheckContext({ clock: systemClock, signal: SIGNAL });

  function start(reliable: boolean): { channel: FakeChannel; client: StunClient } {
    const channel = new FakeChannel(reliable);
    return { channel, client: new StunClient(channel, new CheckRun(context, SIGNAL)) };
  }

  function ask(client: StunClient, waitMs: number, signal = SIGNAL): Promise<unknown> {
    return client.request({ method: Method.binding, attributes: () => [] }, { waitMs, signal });
  }

  it("repeats over UDP the very same bytes, and nothing over a stream", async () => {
    const udp = start(false);
    const stream = start(true);
    const reasons = await Promise.all([reasonOf(ask(udp.client, 300)), reasonOf(ask(stream.client, 300))]);
    expect(reasons).to.deep.equal(["no_answer", "no_answer"]);
    expect(udp.channel.sent).to.have.length(2);
    expect(udp.channel.sent[0]).to.equal(udp.channel.sent[1]);
    expect(stream.channel.sent).to.have.length(1);
  });

  it("gives each answer to its own question, in whatever order they come", async () => {
    const { channel, client } = start(true);
    const questions = [1, 2, 3].map(() => ask(client, 1_000));
    for (const request of channel.sent.toReversed()) channel.reader?.message(answerTo(request));
    expect(await Promise.all(questions)).to.have.length(3);
  });

  it("stops waiting when it is told to, before and after it has begun", async () => {
    const { client } = start(false);
    const stop = new AbortController();
    const waiting = reasonOf(ask(client, 60_000, stop.signal));
    stop.abort();
    expect(await waiting).to.equal("no_answer");
    expect(await reasonOf(ask(client, 60_000, stop.signal))).to.equal("no_answer");
  });

  it("asks nothing more once the channel has ended", async () => {
    const { channel, client } = start(true);
    channel.reader?.failure(new CheckFailure("connection_lost", "gone"));
    expect(await reasonOf(ask(client, 60_000))).to.equal("connection_lost");
    expect(channel.sent).to.have.length(0);
  });

  it("closes a channel that brings nothing but noise, and takes what it was told for why", async () => {
    const { channel, client } = start(false);
    const waiting = reasonOf(ask(client, 60_000));
    let noise = 0;
    for (; noise < 5_000 && !channel.closed; noise += 1) channel.reader?.message(Buffer.from("noise"));
    expect(await waiting).to.equal("bad_answer");
    expect(noise).to.be.within(100, 2_000);
    expect(client.ended?.evidence).to.deep.equal({ problem: "flood" });
  });
});

function answerTo(request: Uint8Array): Uint8Array {
  const transactionId = request.slice(8, 20);
  return encodeStun({
    method: Method.binding,
    messageClass: MessageClass.success,
    transactionId,
    attributes: [],
  });
}

async function reasonOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
    return "ok";
  } catch (error) {
    if (error instanceof CheckFailure) return error.reason;
    throw error;
  }
}
