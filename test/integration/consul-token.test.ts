/** A Consul of others: what a token needs, and what is said when it has less. */
import { expect } from "chai";
import type { Consul } from "../../src/consul/consul.ts";
import { createConsul } from "../../src/consul/create-consul.ts";
import { observeConsul } from "../../src/observe/observe-consul.ts";
import { systemClock } from "../../src/system/clock.ts";
import { Secret } from "../../src/system/secret.ts";
import { type ConsulServer, startConsulServer } from "../lab/consul-server.ts";
import { failureOf } from "../lab/failure.ts";
import { silentLogger } from "../lab/silent-logger.ts";

const SERVICE = { id: "convene-x", name: "x", address: "127.0.0.1", port: 9, tags: [], meta: {} };

describe("a token for a Consul of others", function () {
  this.timeout(180_000);
  let server: ConsulServer;

  before(async () => {
    server = await startConsulServer();
    const manager = connect(server.token);
    await manager.ready(30_000);
    await manager.setUpAcl();
    await manager.transact([
      { verb: "set", key: "service/haproxy/deny/x", value: "" },
      { verb: "set", key: "convene/other/secret/x", value: "not ours" },
    ]);
  });

  after(() => server.stop());

  function connect(token: Secret): Consul {
    return createConsul({
      ...server,
      token,
      site: "meet",
      tokenSecret: "consul-token",
      clock: systemClock,
      logger: silentLogger,
    });
  }

  async function tokenWith(name: string, rules: string): Promise<Secret> {
    const put = async (path: string, body: object): Promise<unknown> => {
      const answer = await fetch(`http://127.0.0.1:${server.port}/v1/acl${path}`, {
        method: "PUT",
        body: JSON.stringify(body),
        headers: { "x-consul-token": server.token.reveal() },
      });
      return answer.json();
    };
    await put("/policy", { Name: name, Rules: rules });
    const made = await put("/token", { Policies: [{ Name: name }] });
    return new Secret(String(Reflect.get(Object(made), "SecretID")));
  }

  it("that nobody knows yet makes it unreachable, with the Secret's name and the policy", async () => {
    const seen = await observeConsul(connect(new Secret(crypto.randomUUID())), "existing", "meet");
    expect(seen.state).to.equal("unreachable");
    expect(JSON.stringify(seen)).to.contain("ACL not found").and.to.contain("the Secret consul-token");
  });

  it("is enough with exactly the policy that the errors ask for", async () => {
    const { hint = "" } = await failureOf(connect(await tokenWith("nothing", "")).keys("service/"));
    const policy = /have the policy (.*); the next pass/.exec(hint)?.[1] ?? "";
    const consul = connect(await tokenWith("asked-for", policy));
    await consul.ready(1_000);
    await consul.transact([
      { verb: "set", key: "service/haproxy/deny/y", value: "" },
      { verb: "set", key: "convene/meet/secret/y", value: "ours" },
    ]);
    await consul.register(SERVICE);
    const seen = await observeConsul(consul, "existing", "meet");
    if (seen.state !== "ready") throw new Error(seen.state);
    expect([...seen.kv.keys()].toSorted()).to.deep.equal([
      "convene/meet/inventory",
      "convene/meet/secret/y",
      "service/haproxy/deny/x",
      "service/haproxy/deny/y",
    ]);
    expect(seen.services.get(SERVICE.id)).to.include({ owned: true });
    await consul.deregister(SERVICE.id);
  });

  it("that may not read what others wrote never makes their keys look gone", async () => {
    const consul = connect(await tokenWith("own-only", 'key_prefix "convene/meet/" { policy = "write" }'));
    expect(await failureOf(consul.keys("service/"))).to.include({ code: "ConsulDenied" });
    expect(await observeConsul(consul, "existing", "meet")).to.include({
      state: "unreachable",
      code: "ConsulDenied",
    });
  });

  it("that may not write is told so at once, without waiting for Consul to come up", async () => {
    const rules = 'key_prefix "" { policy = "read" } service_prefix "" { policy = "read" }';
    const consul = connect(await tokenWith("read-only", rules));
    const started = Date.now();
    await consul.ready(30_000);
    const writing = consul.transact([{ verb: "set", key: "service/haproxy/deny/z", value: "" }]);
    expect(await failureOf(writing)).to.include({ code: "ConsulDenied" });
    expect(await failureOf(consul.register(SERVICE))).to.include({ code: "ConsulDenied" });
    expect(Date.now() - started).to.be.below(5_000);
  });
});
