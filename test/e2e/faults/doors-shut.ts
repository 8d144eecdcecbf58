/** LXD or Consul away, at rest and in the middle of a pass: status says it, and the pass completes when they are back. */
import { expect } from "chai";
import { isReady } from "../agent-status.ts";
import { type FaultHost, readiness } from "./fault-host.ts";

export function doorsShut(host: () => FaultHost): void {
  /** Only the look at the host fails: nothing is decided from it. */
  const reconcileNow = async (): Promise<void> =>
    await host().client.reconcile({ now: false, reason: "a test" });

  it("LXD away at rest: status says so, and Ready comes back with it, by itself", async function () {
    this.timeout(120_000);
    const before = await host().running();
    await host().lxdRelay.cut();
    try {
      await reconcileNow();
      const status = await host().status((one) => /LxdUnreachable/.test(readiness(one)));
      expect(readiness(status)).to.match(/^False LxdUnreachable: .*lxd/i);
    } finally {
      await host().lxdRelay.open();
    }
    await host().status(isReady);
    expect(await host().running()).to.deep.equal(before);
  });

  it("LXD restarted while a container is made: the push ends Ready, with one container", async function () {
    this.timeout(180_000);
    const armed = await host().when(
      (event) => event.type === "action-started" && event.id === "create container/worker-1",
      async () => {
        await host().lxdRelay.cut();
        setTimeout(() => void host().lxdRelay.open(), 2_000);
      },
    );
    const outcome = await host().push({ workers: [1, 2, 3] });
    await armed.done;
    await host().settled();
    expect(outcome.exitCode).to.equal(0);
    const names = (await host().harness.lxd.instances()).map(({ name }) => name);
    expect(names.filter((name) => name.includes("worker-1"))).to.deep.equal(["worker-1"]);
  });

  it("Consul away at rest: status says so, and the containers stay as they are", async function () {
    this.timeout(120_000);
    const before = await host().running();
    host().consulRelay.cut();
    try {
      await reconcileNow();
      const status = await host().status((one) => /ConsulUnreachable/.test(readiness(one)));
      expect(readiness(status)).to.match(/^False ConsulUnreachable: .*127\.0\.0\.1/);
    } finally {
      host().consulRelay.mend();
    }
    await host().status(isReady);
    expect(await host().running()).to.deep.equal(before);
  });

  it("Consul lost in the middle of a transaction: what needs no key goes on, the rest is done when it is back", async function () {
    this.timeout(180_000);
    const cut = host().consulRelay.cutAt("PUT /v1/txn");
    try {
      const [outcome] = await Promise.all([host().push({ text: "second" }), cut]);
      expect(outcome.stderr, outcome.stderr).to.match(/✗ .*kv.*Consul at 127\.0\.0\.1:\d+ does not answer/);
      const marker = await host().harness.lxd.readFile("worker-1", "/etc/marker.conf");
      expect(Buffer.from(marker ?? "").toString("utf8")).to.include("text=second");
      const status = await host().client.status();
      expect(readiness(status)).to.match(/^False ConsulUnreachable: /);
    } finally {
      host().consulRelay.mend();
    }
    await host().settled();
    const [found] = (await host().keys()).filter(({ key }) => key === "service/store/text");
    expect(found?.value).to.equal("second");
  });

  it("Consul killed and started again while keys are written: nothing is lost or doubled", async function () {
    this.timeout(180_000);
    const armed = await host().when(
      (event) => event.type === "action-started" && event.id === "write kv",
      async () => await host().consul.restart(),
    );
    await host().push({ text: "third" });
    await armed.done;
    await host().settled();
    const keys = await host().keys();
    expect(keys.find(({ key }) => key === "service/store/text")?.value).to.equal("third");
    expect(new Set(keys.map(({ key }) => key)).size).to.equal(keys.length);
  });
}
