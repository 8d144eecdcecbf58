/** What single actions do to a host, and what they never do. */
import { expect } from "chai";
import type { DesiredKey } from "../../../src/model/desired-state.ts";
import type { Action } from "../../../src/plan/action.ts";
import { ConveneError } from "../../../src/system/errors.ts";
import { ANY_ACTION, type ActionLab, createActionLab } from "../../lab/action-lab.ts";
import { account, container, sampleSite } from "../../lab/sample-site.ts";

const turn = container({ name: "turn", hostPart: 15 });

function write(puts: readonly DesiredKey[], deletes: readonly string[] = []): Action {
  return { ...ANY_ACTION, kind: "write-kv", id: "write kv", puts, deletes, releases: [] };
}

describe("an action", () => {
  let lab: ActionLab;
  beforeEach(async () => {
    lab = await createActionLab();
  });

  describe("on accounts", () => {
    const jitsi = container({ name: "jitsi", hostPart: 20 });

    it("sets and removes them, and no password is in a command or on record", async () => {
      const accounts = lab.host.inside.volumes.get("convene/prosody")?.data.accounts;
      const kim = account("kim", "jitsi", "hunter2");
      await lab.run({
        ...ANY_ACTION,
        kind: "apply-accounts",
        id: "accounts jitsi",
        container: jitsi,
        set: [kim],
        remove: ["m.meier@meet.test"],
      });
      expect(accounts?.get("kim@meet.test")).to.equal("hunter2");
      expect(accounts?.has("m.meier@meet.test")).to.equal(false);
      const config = lab.host.inside.instances.get("jitsi")?.config;
      expect(JSON.parse(config?.["user.convene.accounts"] ?? "")).to.have.keys([
        "focus@meet.test",
        "kim@meet.test",
      ]);
      expect(JSON.stringify([lab.commands, lab.host.calls, config])).not.to.contain("hunter2");
    });
  });

  describe("on keys", () => {
    it("leaves alone what somebody wrote after the look, writes the rest, and says so", async () => {
      lab.host.inside.write("service/new", "theirs");
      const keys = ["service/new", "service/free"].map((key) => ({ key, value: "ours" }));
      const error = await lab.failure(write(keys));
      expect(error).to.include({ code: "KeyConflict", subject: "kv service/new" });
      expect(lab.host.inside.keys().get("service/new")).to.equal("theirs");
      expect(lab.host.inside.keys().get("service/free")).to.equal("ours");
    });

    it("does not delete what somebody changed after the look", async () => {
      const key = "service/haproxy/acl/jitsi/host";
      lab.host.inside.write(key, "theirs");
      await lab.run(write([], [key]));
      expect(lab.host.inside.keys().get(key)).to.equal("theirs");
      expect(lab.host.inside.keys().get("convene/meet/inventory")).not.to.contain(key);
    });
  });

  describe("on a container", () => {
    it("that got another address than it should is a failure that says which", async () => {
      const elsewhere = await createActionLab({ addresses: async () => ["10.10.1.154"] });
      const error = await elsewhere.failure({
        ...ANY_ACTION,
        kind: "start-container",
        id: "start container/turn",
        container: turn,
      });
      expect(error.code).to.equal("AddressMissing");
      expect(error.message).to.contain("10.10.1.15").and.contain("10.10.1.154");
    });

    it("changes config and devices, and keeps what root noted on it", async () => {
      await lab.host.inside.lxd.patchInstance("turn", { config: { "user.note": "mine" } });
      const next = { ...turn, config: { ...turn.config, "limits.cpu": "2" } };
      await lab.run({
        ...ANY_ACTION,
        kind: "update-container",
        id: "update container/turn",
        container: next,
        restart: false,
      });
      const config = lab.host.inside.instances.get("turn")?.config;
      expect(config).to.include({ "user.note": "mine", "limits.cpu": "2", "user.convene.owner": "convene" });
      expect(config?.["user.convene.files"]).to.be.a("string");
    });

    it("that is gone meanwhile is said to be, for the next pass", async () => {
      await lab.host.inside.lxd.stopInstance("turn", 0);
      await lab.host.inside.lxd.deleteInstance("turn");
      const action = {
        ...ANY_ACTION,
        kind: "update-container",
        id: "u",
        container: turn,
        restart: false,
      } as const;
      expect(await lab.failure(action)).to.include({ code: "ContainerGone", retryable: true });
    });
  });

  it("on an image leaves no builder behind when the build fails", async () => {
    const [image] = sampleSite({ images: { turn: "9" } }, undefined).images.filter(
      (one) => one.name === "turn",
    );
    if (!image) throw new Error("no image");
    lab.host.failOnce(
      /^lxd.exec build-turn sh -c env DEBIAN_FRONTEND/,
      new ConveneError({ code: "X", message: "mirror down" }),
    );
    expect((await lab.failure({ ...ANY_ACTION, kind: "build-image", id: "b", image })).message).to.equal(
      "mirror down",
    );
    expect(lab.host.inside.instances.has("build-turn")).to.equal(false);
  });

  it("on an image does not touch a namesake of its builder that is somebody else's", async () => {
    const [image] = sampleSite({}, undefined).images;
    if (!image) throw new Error("no image");
    const theirs = {
      name: `build-${image.name}`,
      description: "",
      image: "fingerprint-base",
      config: {},
      devices: { root: { type: "disk", path: "/" } },
    };
    await lab.host.inside.lxd.createInstance(theirs);
    expect((await lab.failure({ ...ANY_ACTION, kind: "build-image", id: "b", image })).code).to.equal(
      "LxdAlreadyExists",
    );
    expect(lab.host.inside.instances.has(theirs.name)).to.equal(true);
  });
});
