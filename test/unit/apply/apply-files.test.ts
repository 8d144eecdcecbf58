/** Files inside a container: whole or not at all, noticed once, secret where they are. */
import { expect } from "chai";
import type { DesiredFile } from "../../../src/model/desired-state.ts";
import type { Action, FileWrite } from "../../../src/plan/action.ts";
import { ConveneError } from "../../../src/system/errors.ts";
import { ANY_ACTION, type ActionLab, createActionLab } from "../../lab/action-lab.ts";
import type { Guest } from "../../lab/fake-guest.ts";
import { container, file } from "../../lab/sample-site.ts";

type ApplyFiles = Extract<Action, { kind: "apply-files" }>;

const turn = container({ name: "turn", hostPart: 15 });

function writes(files: readonly DesiredFile[], changes: Partial<ApplyFiles> = {}): ApplyFiles {
  const all = files.map((one): FileWrite => ({ file: one, effect: "full" }));
  return {
    ...ANY_ACTION,
    kind: "apply-files",
    id: "files turn",
    container: turn,
    writes: all,
    removals: [],
    startUnits: [],
    ...changes,
  };
}

describe("writing files", () => {
  let lab: ActionLab;
  let guest: Guest;
  beforeEach(async () => {
    lab = await createActionLab();
    const found = lab.host.inside.instances.get("turn")?.guest;
    if (!found) throw new Error("no turn");
    guest = found;
  });

  const restart = { kind: "restart", unit: "coturn" } as const;
  const reload = { kind: "reload", unit: "coturn" } as const;

  it("puts them there with owner and mode, and leaves no trace of the way", async () => {
    await lab.run(writes([file({ path: "/etc/a", content: "a", mode: "0640" })]));
    expect(guest.files.get("/etc/a")).to.deep.equal({
      content: "a",
      owner: "root",
      group: "root",
      mode: "0640",
    });
    expect([...guest.files.keys()].filter((path) => path.includes("stage"))).to.deep.equal([]);
  });

  it("lets each unit notice all of it once: a restart is no reload too, a start neither", async () => {
    const files = [
      file({ path: "/etc/a", content: "a", onChange: reload }),
      file({ path: "/etc/b", content: "b", onChange: restart }),
      file({ path: "/etc/c", content: "c", onChange: restart }),
      file({ path: "/etc/d", content: "d", onChange: { kind: "reload", unit: "other" } }),
      file({ path: "/etc/e", content: "e", onChange: { kind: "restart", unit: "fresh" } }),
      file({
        path: "/etc/f",
        content: "f",
        onChange: { kind: "command", command: ["newaliases"], disruption: "none" },
      }),
    ];
    await lab.run(writes(files, { startUnits: ["fresh"] }));
    expect(guest.log).to.deep.equal(["run newaliases", "restart coturn", "reload other", "restart fresh"]);
  });

  it("has what is live taken over, without a reload", async () => {
    const live = file({ path: "/etc/a", content: "server a", mask: /server.*/gu, onChange: reload });
    await lab.run(writes([], { writes: [{ file: live, effect: "live" }] }));
    expect(guest.log).to.deep.equal(["run take-over-live /etc/a"]);
  });

  it("leaves everything as it is when one does not pass its test", async () => {
    const bad: DesiredFile = {
      ...file({ path: "/etc/bad", content: "x", onChange: restart }),
      validate: ["check", "{file}"],
    };
    lab.host.failOnce(
      /^lxd.exec turn check/,
      new ConveneError({ code: "FileRejected", message: "line 3: no" }),
    );
    const before = [...guest.files].filter(([path]) => path.startsWith("/etc/"));
    const record = lab.host.inside.instances.get("turn")?.config["user.convene.files"];
    await lab.failure(writes([file({ path: "/etc/good", content: "y", onChange: restart }), bad]));
    expect([...guest.files].filter(([path]) => path.startsWith("/etc/"))).to.deep.equal(before);
    expect(guest.log).to.deep.equal([]);
    expect(lab.host.inside.instances.get("turn")?.config["user.convene.files"]).to.equal(record);
  });

  it("that a service does not like is not on record: the next pass tries again", async () => {
    guest.broken.add("coturn");
    const error = await lab.failure(writes([file({ path: "/etc/b", content: "b", onChange: restart })]));
    expect(error).to.include({ code: "ServiceFailed", retryable: true });
    expect(error.message).to.contain("coturn is failed: boom");
    expect(lab.host.inside.instances.get("turn")?.config["user.convene.files"]).not.to.contain("/etc/b");
  });

  it("removes what is not wanted any more, from the record too", async () => {
    await lab.run(writes([file({ path: "/etc/a", content: "a" })]));
    await lab.run(writes([], { removals: ["/etc/a"] }));
    expect(guest.files.has("/etc/a")).to.equal(false);
    expect(lab.host.inside.instances.get("turn")?.config["user.convene.files"]).not.to.contain("/etc/a");
  });

  it("keeps a secret out of commands, environment, record and errors", async () => {
    guest.broken.add("coturn");
    const secret = file({
      path: "/etc/s",
      content: "static-auth-secret=hunter2",
      secret: true,
      onChange: restart,
    });
    const error = await lab.failure(writes([secret]));
    expect(guest.files.get("/etc/s")?.content).to.contain("hunter2");
    const instance = lab.host.inside.instances.get("turn");
    expect(
      JSON.stringify([lab.commands, lab.host.calls, instance?.config, error, error.stack]),
    ).not.to.contain("hunter2");
  });
});
