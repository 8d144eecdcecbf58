import { expect } from "chai";
import type { Consul } from "../../src/consul/consul.ts";
import { createConsul } from "../../src/consul/create-consul.ts";
import { systemClock } from "../../src/system/clock.ts";
import { createLogger } from "../../src/system/logger.ts";
import { pollUntil } from "../../src/system/retry.ts";
import { type ConsulServer, startConsulServer } from "../lab/consul-server.ts";
import { failureOf } from "../lab/failure.ts";

async function grows(count: () => number, above: number): Promise<boolean> {
  const options = { clock: systemClock, intervalMs: 20, timeoutMs: 15_000 };
  return (await pollUntil(async () => (count() > above ? true : undefined), options)) === true;
}

describe("watching keys while Consul comes and goes", function () {
  this.timeout(180_000);
  let server: ConsulServer;
  let consul: Consul;

  before(async () => {
    server = await startConsulServer();
    const logger = createLogger({ level: "error", format: "text", stream: process.stderr });
    consul = createConsul({ ...server, site: "meet", clock: systemClock, logger, timeoutMs: 2_000 });
    await consul.ready(30_000);
  });

  after(() => server.stop());

  const put = (value: string) => consul.transact([{ verb: "set", key: "service/haproxy/deny/x", value }]);

  it("calls back on a change, survives a killed Consul, and ends when told to", async () => {
    const stop = new AbortController();
    let calls = 0;
    const watching = consul.watch("service/", () => (calls += 1), stop.signal);
    await put("1");
    expect(await grows(() => calls, 0)).to.equal(true);

    await server.restart();
    await consul.ready(30_000);
    const before = calls;
    await put("2");
    expect(await grows(() => calls, before)).to.equal(true);

    stop.abort();
    await watching;
    const after = calls;
    await put("3");
    await systemClock.sleep(300);
    expect(calls).to.equal(after);
  });

  it("calls back on a value that changes far below, and on the first and the last key of a prefix", async () => {
    const stop = new AbortController();
    let calls = 0;
    const watching = consul.watch("service/wiki/", () => (calls += 1), stop.signal);
    expect(await grows(() => calls, 0)).to.equal(true);
    const key = "service/wiki/a/b/c";
    for (const operation of [
      { verb: "set", key, value: "1" },
      { verb: "set", key, value: "2" },
      { verb: "delete", key },
      { verb: "set", key, value: "3" },
      { verb: "delete", key },
    ] as const) {
      const before = calls;
      await consul.transact([operation]);
      expect(await grows(() => calls, before), JSON.stringify(operation)).to.equal(true);
    }
    stop.abort();
    await watching;
  });

  it("keeps what was written through the kill", async () => {
    expect((await consul.keys("service/")).map(({ value }) => value)).to.deep.equal(["3"]);
  });

  it("says that a dead Consul is unreachable, and is ready when it is back", async () => {
    await server.kill();
    expect(await failureOf(consul.keys(""))).to.include({ code: "ConsulUnreachable", retryable: true });
    expect(await failureOf(consul.ready(300))).to.include({ code: "ConsulUnreachable" });
    await server.restart();
    await consul.ready(30_000);
  });

  it("gives up waiting when asked to", async () => {
    await server.kill();
    const error: unknown = await consul
      .ready(60_000, AbortSignal.timeout(200))
      .catch((thrown: unknown) => thrown);
    expect(error).to.have.property("name", "TimeoutError");
  });
});
