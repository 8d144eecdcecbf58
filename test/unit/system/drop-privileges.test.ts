import { expect } from "chai";
import { dropPrivileges, groupId, requireGroup } from "../../../src/system/drop-privileges.ts";
import { ConveneError } from "../../../src/system/errors.ts";

function identity(uid: number) {
  const calls: string[] = [];
  return {
    calls,
    getuid: () => uid,
    setgroups: (groups: readonly string[]) => void calls.push(`groups ${groups.join(",")}`),
    setgid: (group: string) => void calls.push(`gid ${group}`),
    setuid: (user: string) => void calls.push(`uid ${user}`),
  };
}

describe("giving root up", () => {
  it("drops groups and group while it still may, the user last", () => {
    const process = identity(0);
    dropPrivileges(process, "convene", ["lxd"]);
    expect(process.calls).to.deep.equal(["groups convene,lxd", "gid convene", "uid convene"]);
  });

  it("does nothing when it is not root", () => {
    const process = identity(998);
    dropPrivileges(process, "convene", ["lxd"]);
    expect(process.calls).to.deep.equal([]);
  });

  it("knows a group's number, and says what makes a missing one", async () => {
    expect(await groupId("root")).to.equal(0);
    expect(await groupId("no-such-group")).to.equal(undefined);
    const error = await requireGroup("no-such-group").catch((thrown: unknown) => thrown);
    expect(error).to.be.instanceOf(ConveneError).with.property("hint", "sudo convene init makes it");
  });
});
