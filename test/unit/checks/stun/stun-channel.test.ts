/** A UDP channel on loopback: what the system says of a port is told, whoever it is said to. */
import { expect } from "chai";
import { setTimeout as delay } from "node:timers/promises";
import { CheckRun } from "../../../../src/checks/check-run.ts";
import { createCheckContext } from "../../../../src/checks/check-context.ts";
import { openUdpChannel, type StunChannel } from "../../../../src/checks/stun/stun-channel.ts";
import { systemClock } from "../../../../src/system/clock.ts";
import { freePort } from "../../../lab/loopback-port.ts";

describe("a STUN channel over UDP", () => {
  const { signal } = new AbortController();
  const context = createCheckContext({ clock: systemClock, signal });
  let channel: StunChannel;
  let failures: string[] = [];

  async function open(address: string, port: number): Promise<void> {
    failures = [];
    channel = await openUdpChannel(address, port, new CheckRun(context, signal));
    channel.listen({
      message: () => undefined,
      failure: ({ reason }) => failures.push(reason),
      isChannel: () => false,
    });
  }

  async function failed(): Promise<void> {
    for (let tries = 0; tries < 100 && failures.length === 0; tries += 1) await delay(10);
  }

  afterEach(() => channel?.close());

  it("tells of a closed port", async () => {
    await open("127.0.0.1", await freePort());
    channel.send(new Uint8Array(20));
    await failed();
    expect(failures[0]).to.equal("port_closed");
  });

  it("tells of it also when the next packet was told, and not the reader", async () => {
    await open("127.0.0.1", await freePort());
    channel.send(new Uint8Array(20));
    // The system keeps the port-unreachable until the next call, before the event loop has a chance to read it.
    for (const end = performance.now() + 30; performance.now() < end; );
    channel.send(new Uint8Array(20));
    await failed();
    expect(failures[0]).to.equal("port_closed");
  });

  it("is not ended by one packet that is too long", async () => {
    await open("127.0.0.1", await freePort());
    channel.send(new Uint8Array(70_000));
    await delay(50);
    expect(failures).to.deep.equal([]);
  });
});
