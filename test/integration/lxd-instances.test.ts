/** Instances against a real LXD: changing them loses nothing, repeating a request is harmless. */
import { expect } from "chai";
import { createLxd } from "../../src/lxd/client.ts";
import { change } from "../../src/lxd/operation.ts";
import { LXD_STATUS } from "../../src/lxd/status-codes.ts";
import { systemClock } from "../../src/system/clock.ts";
import { createLxdLab } from "../lab/lxd-project.ts";
import type { LxdLab } from "../lab/lxd-project.ts";
import { failureOf } from "../lab/failure.ts";

describe("LXD instances", function () {
  this.timeout(120_000);
  let lab: LxdLab;

  before(async () => {
    lab = await createLxdLab({ name: "it-inst", subnet: 201 });
  });
  after(async () => {
    await lab.remove();
  });

  it("lists an instance with its local config, devices and status", async () => {
    await lab.createEmpty("listed", { "user.convene.role": "active" });
    const listed = (await lab.lxd.instances()).find((instance) => instance.name === "listed");
    expect(listed?.status_code).to.equal(LXD_STATUS.stopped);
    expect(listed?.config["user.convene.role"]).to.equal("active");
    expect(listed?.devices["root"]).to.deep.equal({ type: "disk", path: "/", pool: lab.pool });
  });

  it("keeps the description when config is patched, and removes a key by the empty string", async () => {
    await lab.createEmpty("patched", { "user.a": "1", "user.b": "2" });
    await describeInstance(lab, "patched", "kept");
    await lab.lxd.patchInstance("patched", { config: { "user.a": "", "user.c": "3" } });
    const patched = await lab.lxd.instance("patched");
    expect(patched?.description).to.equal("kept");
    expect(patched?.config).to.include({ "user.b": "2", "user.c": "3" }).and.not.have.property("user.a");
  });

  it("removes a device by PUT and keeps what LXD wrote itself", async () => {
    await lab.createEmpty("put");
    await lab.lxd.patchInstance("put", {
      devices: { eth0: { type: "nic", name: "eth0", network: lab.network } },
    });
    const before = await lab.lxd.instance("put");
    const { root } = before?.devices ?? {};
    await lab.lxd.putInstance("put", {
      config: { "user.x": "1" },
      devices: { root: root ?? {} },
      description: "new",
    });
    const after = await lab.lxd.instance("put");
    expect(Object.keys(after?.devices ?? {})).to.deep.equal(["root"]);
    expect(after?.description).to.equal("new");
    expect(after?.config["user.x"]).to.equal("1");
    expect(before?.config["volatile.uuid"]).to.be.a("string");
    expect(after?.config["volatile.uuid"]).to.equal(before?.config["volatile.uuid"]);
  });

  it("renames and deletes, and deleting what is gone is success", async () => {
    await lab.createEmpty("old-name");
    await lab.lxd.renameInstance("old-name", "new-name");
    expect(await lab.lxd.instance("old-name")).to.equal(undefined);
    await lab.lxd.deleteInstance("new-name");
    await lab.lxd.deleteInstance("new-name");
    expect(await lab.lxd.instance("new-name")).to.equal(undefined);
  });

  it("stops a stopped instance without complaint", async () => {
    await lab.createEmpty("resting");
    await lab.lxd.stopInstance("resting", 1_000);
    await lab.lxd.stopInstance("resting", 0);
    expect((await lab.lxd.instance("resting"))?.status_code).to.equal(LXD_STATUS.stopped);
  });

  it("says LxdAlreadyExists for a second instance of the same name", async () => {
    await lab.createEmpty("twin");
    expect((await failureOf(lab.createEmpty("twin"))).code).to.equal("LxdAlreadyExists");
  });

  it("passes on LXD's own words when it refuses", async () => {
    await lab.createEmpty("refused");
    const failure = await failureOf(lab.lxd.patchInstance("refused", { config: { "bogus.key": "1" } }));
    expect(failure.code).to.equal("LxdError");
    expect(failure.message).to.contain("bogus.key");
    expect(failure.retryable).to.equal(false);
  });

  it("is refused by the restricted project when a container asks for nesting or a host path", async () => {
    await lab.createEmpty("confined");
    const nesting = await failureOf(
      lab.lxd.patchInstance("confined", { config: { "security.nesting": "true" } }),
    );
    expect(nesting.code).to.equal("LxdError");
    const devices = { host: { type: "disk", source: "/etc", path: "/mnt" } };
    expect((await failureOf(lab.lxd.patchInstance("confined", { devices }))).code).to.equal("LxdError");
  });

  it("is refused by the restricted project when a container asks for another network", async () => {
    await lab.createEmpty("elsewhere");
    await lab.administration.ensureNetwork({
      name: "it-inst1",
      description: "convene test",
      config: { "ipv4.address": "10.63.211.1/24", "ipv6.address": "none" },
    });
    try {
      const devices = { eth0: { type: "nic", name: "eth0", network: "it-inst1" } };
      expect((await failureOf(lab.lxd.patchInstance("elsewhere", { devices }))).code).to.equal("LxdError");
    } finally {
      await lab.administration.deleteNetwork("it-inst1");
    }
  });

  it("answers undefined for objects that do not exist", async () => {
    expect(await lab.lxd.instance("nobody")).to.equal(undefined);
    expect(await lab.lxd.network("nonet0")).to.equal(undefined);
    expect(await lab.lxd.pool("nopool")).to.equal(undefined);
  });

  it("creates, updates and deletes a volume, each more than once", async () => {
    const { lxd, pool } = lab;
    await lxd.createVolume(pool, "data", { "user.convene.owner": "site" });
    expect((await failureOf(lxd.createVolume(pool, "data", {}))).code).to.equal("LxdAlreadyExists");
    await lxd.updateVolume(pool, "data", { "user.other": "1" });
    const [volume] = await lxd.volumes(pool);
    expect(volume?.config).to.include({ "user.convene.owner": "site", "user.other": "1" });
    await lxd.deleteVolume(pool, "data");
    await lxd.deleteVolume(pool, "data");
    expect(await lxd.volumes(pool)).to.deep.equal([]);
  });

  it("tells a missing project from an empty one", async () => {
    const lxd = createLxd({ socketPath: lab.socketPath, project: "it-nowhere", clock: systemClock });
    expect(await lxd.instances()).to.deep.equal([]);
    const failure = await failureOf(lxd.server());
    expect(failure.code).to.equal("LxdProjectMissing");
    expect(failure.hint).to.contain("convene init");
  });

  it("answers version and extensions", async () => {
    const server = await lab.lxd.server();
    expect(server.version).to.match(/^\d+\.\d+/);
    expect(server.extensions.has("projects")).to.equal(true);
  });
});

async function describeInstance(lab: LxdLab, name: string, description: string): Promise<void> {
  const request = { method: "PATCH", path: `/1.0/instances/${name}`, json: { description } } as const;
  await change(lab.requester, request, { clock: systemClock, deadlineMs: 10_000 });
}
