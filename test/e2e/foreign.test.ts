/** What others have on the host is theirs: never changed, never in the way, and still there after an uninstall. */
import { expect } from "chai";
import { conflicts } from "./foreign/conflicts.ts";
import { type ForeignHost, type RawEntry, createForeignHost } from "./foreign/foreign-host.ts";
import { othersKeys } from "./foreign/others-keys.ts";
import { proxyFaults } from "./foreign/proxy-faults.ts";

describe("a site among others", () => {
  let made: ForeignHost | undefined;
  let objects: Readonly<Record<string, string>>;
  const host = (): ForeignHost => {
    if (!made) throw new Error("the host was not made");
    return made;
  };
  before(async function () {
    this.timeout(600_000);
    made = await createForeignHost();
    objects = await made.foreignObjects();
    await made.harness.host.startAgent();
    expect((await made.push({})).stderr).to.match(/✓ Ready at/);
  });
  after(async function () {
    this.timeout(180_000);
    await made?.remove();
  });

  describe("keys of other modules", () => othersKeys(host));
  describe("names somebody else has", () => conflicts(host));
  describe("the proxy", () => proxyFaults(host));

  describe("what is not convene's", () => {
    let keys: readonly RawEntry[];
    before(async () => {
      keys = await host().foreignKeys();
      expect(keys.length).to.be.greaterThan(6);
    });

    it("is unchanged, byte for byte, by all that was pushed so far", async () => {
      expect(await host().foreignObjects()).to.deep.equal(objects);
    });

    it("is unchanged by a prune of containers, keys and confirmed volumes", async function () {
      this.timeout(180_000);
      await host().push({ workers: [] });
      const { blocked } = await host().client.status();
      expect(blocked.map(({ subject }) => subject)).to.include.members(
        [1, 2, 3, 4].map((one) => `volume/worker-${one}-data`),
      );
      for (const { confirmationId } of blocked)
        await host().harness.host.convene(["confirm", confirmationId ?? ""]);
      await host().status((status) => status.blocked.length === 0);
      const left = (await host().harness.lxd.volumes("convene")).map(({ name }) => name);
      expect(left).to.include.members(["guest-data", "store-data"]);
      expect(left.filter((name) => name.startsWith("worker-"))).to.deep.equal([]);
      expect(await host().foreignObjects()).to.deep.equal(objects);
      expect(await host().foreignKeys()).to.deep.equal(keys);
    });

    it("is unchanged by an uninstall, which takes the rest and says what it leaves", async function () {
      this.timeout(180_000);
      const { harness } = host();
      await harness.host.stopAgent();
      const outcome = await harness.host.convene(["uninstall"]);
      expect(outcome.exitCode, outcome.stderr).to.equal(0);
      expect(outcome.stdout).to.match(
        /lxd project +kept +cvfor: .*container guest, image guest-image, volume guest-data, profile guest/,
      );
      expect(outcome.stdout).to.match(/lxd network +kept +cvfor0 is used by .*guest/);
      expect(await host().foreignObjects()).to.deep.equal(objects);
      expect((await harness.lxd.instances()).map(({ name }) => name)).to.deep.equal(["guest"]);
      expect(
        (await harness.lxd.images()).flatMap(({ aliases }) => aliases.map(({ name }) => name)),
      ).to.deep.equal(["guest-image"]);
      await host().removeForeign();
      const again = await harness.host.convene(["uninstall"]);
      expect(again.stdout).to.match(/lxd project +removed/);
      expect(again.stdout).to.match(/lxd network +removed +cvfor0/);
    });
  });
});
