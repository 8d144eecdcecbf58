/** Services of other modules, found through Consul's DNS, while Consul lives and after it died. */
import { expect } from "chai";
import { setTimeout as delay } from "node:timers/promises";
import { createConsul } from "../../src/consul/create-consul.ts";
import { systemClock } from "../../src/system/clock.ts";
import { type BackendServer, backendServer } from "../lab/backend-server.ts";
import { type ConsulServer, startConsulServer } from "../lab/consul-server.ts";
import { labHaproxy, type LabHaproxy } from "../lab/haproxy.ts";
import { ask } from "../lab/proxy-client.ts";
import { renderHaproxy } from "../lab/proxy-template.ts";
import { silentLogger } from "../lab/silent-logger.ts";

const HOST = "wiki.example.org";
const FOREIGN = new Map([
  ["service/haproxy/acl/wiki/host", HOST],
  ["service/haproxy/use-backend/wiki", "wiki"],
  ["service/haproxy/backends/no-ssl/wiki", ""],
]);

describe("services of other modules", () => {
  let consul: ConsulServer;
  let haproxy: LabHaproxy;
  let wiki: BackendServer;

  async function answers(): Promise<boolean> {
    return (await ask(haproxy.ports.https, HOST).catch(() => undefined))?.status === 200;
  }

  before(async function () {
    this.timeout(180_000);
    [consul, haproxy, wiki] = await Promise.all([startConsulServer(), labHaproxy(), backendServer("wiki")]);
    const door = createConsul({
      address: consul.address,
      port: consul.port,
      token: consul.token,
      site: "test",
      clock: systemClock,
      logger: silentLogger,
    });
    await door.ready(20_000);
    await door.setUpAcl();
    await door.register({
      id: "wiki",
      name: "wiki",
      address: wiki.address,
      port: wiki.port,
      tags: [],
      meta: {},
    });
    await haproxy.write("etc/convene/domains", `${HOST} it@example.org\n`);
    await haproxy.script("cert-sync");
    const config = (await renderHaproxy({ foreign: FOREIGN }))
      .replace("127.0.0.1:8600", `127.0.0.1:${consul.dnsPort}`)
      .replaceAll(".service.ryo", ".service.consul");
    await haproxy.write("etc/haproxy/haproxy.cfg", config);
    await haproxy.start();
  });

  after(async () => {
    await haproxy[Symbol.asyncDispose]();
    await wiki[Symbol.asyncDispose]();
    await consul.stop();
  });

  it("are found by their SRV record, and go on without Consul, also across a reload", async () => {
    const deadline = Date.now() + 15_000;
    while (!(await answers()) && Date.now() < deadline) await delay(200);
    expect(await answers(), "with Consul").to.equal(true);

    await consul.kill();
    // Longer than a resolved name counts as fresh (hold valid 10s).
    await delay(12_000);
    expect(await answers(), "after Consul died").to.equal(true);

    expect(await haproxy.reload()).to.include({ code: 0, stderr: "" });
    expect(await answers(), "after a reload without Consul").to.equal(true);
    await delay(3000);
    expect(await answers(), "some time after that").to.equal(true);
  }).timeout(60_000);
});
