/** What `convene init` and `uninstall` ask of LXD can be repeated at any time. */
import { expect } from "chai";
import { createLxd } from "../../src/lxd/client.ts";
import { systemClock } from "../../src/system/clock.ts";
import { failureOf } from "../lab/failure.ts";
import { createLxdLab } from "../lab/lxd-project.ts";
import type { LxdLab } from "../lab/lxd-project.ts";

describe("LXD administration", function () {
  this.timeout(60_000);
  let lab: LxdLab;

  before(async () => {
    lab = await createLxdLab({ name: "it-admin", subnet: 205, baseImage: true });
  });
  after(async () => {
    await lab.remove();
    await lab.administration.deleteNetworkAcl("it-admin");
  });

  it("finds everything in place the second time", async () => {
    const { administration, network, pool, project, prefix } = lab;
    const config = { "ipv4.address": `${prefix}.1/24` };
    expect(await administration.ensureNetwork({ name: network, description: "", config })).to.equal(
      "already there",
    );
    expect(
      await administration.ensureProject({ name: project, description: "", networks: [network] }),
    ).to.equal("already there");
    const poolSpec = { name: pool, driver: "btrfs", description: "", config: {} };
    expect(await administration.ensurePool(poolSpec)).to.equal("already there");
  });

  it("puts back a restriction that was taken away, and changed network settings", async () => {
    const { administration, network, project } = lab;
    expect(
      await administration.ensureProject({ name: project, description: "", networks: [network, "x0"] }),
    ).to.equal("changed");
    const config = { "user.convene.site": "lab" };
    expect(await administration.ensureNetwork({ name: network, description: "", config })).to.equal(
      "changed",
    );
    expect((await lab.lxd.network(network))?.config).to.include({ ...config, "ipv4.nat": "true" });
  });

  it("makes an access list, changes it, and leaves it alone when nothing differs", async () => {
    const { administration } = lab;
    const rule = { action: "reject", state: "enabled", destination: "192.168.0.0/16" } as const;
    const spec = { name: "it-admin", description: "test", egress: [rule], ingress: [] };
    await administration.deleteNetworkAcl("it-admin");
    expect(await administration.ensureNetworkAcl(spec)).to.equal("created");
    expect(await administration.ensureNetworkAcl(spec)).to.equal("already there");
    expect(await administration.ensureNetworkAcl({ ...spec, egress: [] })).to.equal("changed");
    expect(await administration.deleteNetworkAcl("it-admin")).to.equal("removed");
    expect(await administration.deleteNetworkAcl("it-admin")).to.equal("not there");
  });

  it("refuses a name that belongs to an interface which is not LXD's", async () => {
    const failure = await failureOf(
      lab.administration.ensureNetwork({ name: "lo", description: "", config: {} }),
    );
    expect(failure.code).to.equal("LxdAlreadyExists");
  });

  it("deletes a project with running containers, images and volumes, and nothing of another project", async () => {
    const other = await createLxdLab({ name: "it-admin2", subnet: 206, baseImage: true });
    const spec = {
      name: "busy",
      description: "",
      image: other.image,
      config: {},
      devices: other.devices(10),
    };
    await other.lxd.createInstance(spec);
    await other.lxd.startInstance("busy");
    await other.lxd.createVolume(other.pool, "data", {});
    await other.remove();
    expect(await other.administration.deleteProject("it-admin2")).to.equal("not there");
    expect(await other.administration.deleteNetwork("it-admin20")).to.equal("not there");
    expect((await lab.lxd.images()).length).to.equal(1);
    const gone = createLxd({ socketPath: lab.socketPath, project: "it-admin2", clock: systemClock });
    expect((await failureOf(gone.server())).code).to.equal("LxdProjectMissing");
  });

  it("never deletes the default project", async () => {
    expect((await failureOf(lab.administration.deleteProject("default"))).message).to.contain("never");
  });
});
