/** Images: importing, publishing from a container, creating from what was published. */
import { expect } from "chai";
import { createLxdLab, BASE_ALIAS } from "../lab/lxd-project.ts";
import type { LxdLab } from "../lab/lxd-project.ts";

describe("LXD images", function () {
  this.timeout(180_000);
  let lab: LxdLab;

  before(async () => {
    lab = await createLxdLab({ name: "it-images", subnet: 204, baseImage: true });
  });
  after(async () => {
    await lab.remove();
  });

  it("imports an image from its files under its alias", async () => {
    const base = (await lab.lxd.images()).find((image) => image.fingerprint === lab.image);
    expect(base?.aliases.map((alias) => alias.name)).to.deep.equal([BASE_ALIAS]);
    expect(base?.properties["os"]).to.match(/debian/i);
  });

  it("publishes a container, replaces what the alias named, and creates a container from it", async () => {
    const { lxd } = lab;
    const spec = { description: "", config: { "user.convene.image": "base" }, devices: lab.devices(10) };
    await lxd.createInstance({ ...spec, name: "builder", image: lab.image });
    await lxd.writeFile("builder", "/etc/built", "yes", "0644");
    const told: string[] = [];
    const first = await lxd.publishImage("builder", "convene/x-1", { "convene.hash": "1" }, (line) =>
      told.push(line),
    );
    expect(told).to.not.deep.equal([]);
    await lxd.writeFile("builder", "/etc/built", "twice", "0644");
    const second = await lxd.publishImage("builder", "convene/x-1", { "convene.hash": "2" });
    expect(second).to.not.equal(first);
    const images = await lxd.images();
    expect(images.map((image) => image.fingerprint)).to.have.members([lab.image, second]);
    const published = images.find((image) => image.fingerprint === second);
    expect(published?.properties["convene.hash"]).to.equal("2");
    expect(published?.aliases).to.deep.equal([{ name: "convene/x-1" }]);

    await lxd.createInstance({ ...spec, name: "made", image: second });
    expect((await lxd.instance("made"))?.config["volatile.base_image"]).to.equal(second);
    expect(String(await lxd.readFile("made", "/etc/built"))).to.equal("twice");
    await lxd.deleteImage(second);
    await lxd.deleteImage(second);
    expect((await lxd.images()).map((image) => image.fingerprint)).to.deep.equal([lab.image]);
  });
});
