import { expect } from "chai";
import type { Consul } from "../../src/consul/consul.ts";
import { createConsul } from "../../src/consul/create-consul.ts";
import { inventoryKey, valueHash } from "../../src/consul/inventory.ts";
import { systemClock } from "../../src/system/clock.ts";
import { createLogger } from "../../src/system/logger.ts";
import { Secret } from "../../src/system/secret.ts";
import { type ConsulServer, startConsulServer } from "../lab/consul-server.ts";
import { failureOf } from "../lab/failure.ts";

describe("keys in a real Consul", function () {
  this.timeout(180_000);
  const logger = createLogger({ level: "error", format: "text", stream: process.stderr });
  let server: ConsulServer;
  let consul: Consul;

  function connect(site: string, token = server.token): Consul {
    return createConsul({ ...server, token, site, clock: systemClock, logger, timeoutMs: 5_000 });
  }

  before(async () => {
    server = await startConsulServer();
    consul = connect("meet");
    await consul.ready(30_000);
  });

  after(() => server.stop());

  it("writes 500 keys over several transactions, with an inventory of exactly them", async () => {
    const keys = Array.from({ length: 500 }, (_, i) => `service/haproxy/acl/a${i}/host`);
    await consul.transact(keys.map((key) => ({ verb: "set", key, value: `${key} ä` })));
    const entries = await consul.keys("service/");
    expect(new Map(entries.map(({ key, value }) => [key, value]))).to.deep.equal(
      new Map(keys.map((key) => [key, `${key} ä`])),
    );
    expect(await consul.inventory()).to.deep.equal(new Map(keys.map((key) => [key, valueHash(`${key} ä`)])));
  });

  it("leaves nothing behind, the inventory included, once every key is deleted", async () => {
    const keys = [...(await consul.inventory()).keys()];
    await consul.transact(keys.map((key) => ({ verb: "delete", key })));
    expect(await consul.keys("")).to.deep.equal([]);
    expect(await consul.inventory()).to.deep.equal(new Map());
  });

  it("keeps an empty value, and a secret's value", async () => {
    await consul.transact([
      { verb: "set", key: "service/haproxy/deny/x", value: "" },
      { verb: "set", key: "convene/meet/secret/turn", value: new Secret("s3cret") },
    ]);
    const entries = await consul.keys("");
    const values = new Map(entries.map(({ key, value }) => [key, value]));
    expect(values.get("service/haproxy/deny/x")).to.equal("");
    expect(values.get("convene/meet/secret/turn")).to.equal("s3cret");
  });

  it("releases a key: it stays, and leaves the inventory", async () => {
    await consul.transact([{ verb: "release", key: "service/haproxy/deny/x" }]);
    expect((await consul.inventory()).has("service/haproxy/deny/x")).to.equal(false);
    expect((await consul.keys("service/haproxy/deny/")).length).to.equal(1);
  });

  it("does not lose an entry when two of its own transactions overlap", async () => {
    await Promise.all(
      ["a", "b", "c", "d"].map((name) =>
        consul.transact([{ verb: "set", key: `overlap/${name}`, value: name }]),
      ),
    );
    expect([...(await consul.inventory()).keys()]).to.include.members([
      "overlap/a",
      "overlap/b",
      "overlap/c",
    ]);
  });

  it("notices a second writer and writes nothing of that batch", async () => {
    const writers = Array.from({ length: 8 }, () => connect("contended"));
    const outcomes = await Promise.allSettled(
      writers.map((writer, i) => writer.transact([{ verb: "set", key: `contended/${i}`, value: "x" }])),
    );
    const written = (await consul.keys("contended/")).map(({ key }) => key);
    expect([...(await connect("contended").inventory()).keys()]).to.have.members(written);
    for (const [i, outcome] of outcomes.entries()) {
      expect(written.includes(`contended/${i}`)).to.equal(outcome.status === "fulfilled");
      if (outcome.status === "rejected")
        expect(outcome.reason).to.include({ code: "ConsulConflict", retryable: true });
    }
  });

  it("takes a damaged inventory for an empty one, so that nothing is deleted by mistake", async () => {
    await fetch(`http://127.0.0.1:${server.port}/v1/kv/${inventoryKey("damaged")}`, {
      method: "PUT",
      body: "not an inventory",
      headers: { "x-consul-token": server.token.reveal() },
    });
    const damaged = connect("damaged");
    expect((await damaged.inventory()).size).to.equal(0);
    await damaged.transact([{ verb: "set", key: "damaged/a", value: "1" }]);
    expect([...(await damaged.inventory()).keys()]).to.deep.equal(["damaged/a"]);
  });

  it("says in Consul's words that a token is not known, and shows no token", async () => {
    const token = new Secret("11111111-2222-3333-4444-555555555555");
    const error = await failureOf(connect("meet", token).keys(""));
    expect(error.message).to.contain("ACL not found");
    expect(JSON.stringify(error)).not.to.contain("11111111");
  });
});
