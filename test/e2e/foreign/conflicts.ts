/** An object of somebody's that has a name the site wants: a conflict, told, and only what needs it waits. */
import { expect } from "chai";
import { isReady } from "../agent-status.ts";
import type { ForeignHost } from "./foreign-host.ts";

const NAMESAKE = "/1.0/instances/worker-2";

export function conflicts(host: () => ForeignHost): void {
  it("leaves a container of a wanted name alone, says so, and goes on with the others", async function () {
    this.timeout(180_000);
    await host().byHand.do("POST", "/1.0/instances", {
      name: "worker-2",
      type: "container",
      profiles: [],
      description: "mine",
      devices: { root: { type: "disk", path: "/", pool: "convene" } },
      source: { type: "none" },
    });
    const before = await host().byHand.dump([NAMESAKE]);
    const outcome = await host().push({ workers: [1, 2, 3] });
    expect(outcome.stderr, outcome.stderr).to.match(
      /container named worker-2 exists in the project and is not convene's[\s\S]*rename it/,
    );
    const status = await host().client.status();
    expect(status.blocked.map(({ reason, subject }) => `${reason} ${subject}`)).to.deep.equal([
      "UnownedObject container/worker-2",
    ]);
    expect(isReady(status)).to.equal(false);
    expect(status.objects.find(({ name }) => name === "worker-3")?.state).to.equal("running");
    expect(await host().byHand.dump([NAMESAKE])).to.deep.equal(before);
    await host().byHand.do("DELETE", NAMESAKE);
    await host().settled();
    expect((await host().harness.lxd.instance("worker-2"))?.status_code).to.equal(103);
  });

  it("leaves a key of a wanted name alone, and says so", async function () {
    this.timeout(120_000);
    await host().putKey("service/worker/4", "mine", 5);
    const before = await host().foreignKeys();
    const outcome = await host().push({ workers: [1, 2, 3, 4] });
    expect(outcome.stderr, outcome.stderr).to.include(
      "the key service/worker/4 exists and was not written by convene",
    );
    expect(await host().foreignKeys()).to.deep.equal(before);
    expect((await host().push({ workers: [1, 2, 3] })).stderr).to.match(/✓ Ready at/);
    expect(await host().foreignKeys()).to.deep.equal(before);
  });
}
