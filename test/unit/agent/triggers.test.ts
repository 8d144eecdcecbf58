import { expect } from "chai";
import { followLxd } from "../../../src/agent/triggers.ts";
import { settle } from "../../lab/fake-clock.ts";
import { createFakeHost } from "../../lab/fake-host.ts";
import { SAMPLE_HOST } from "../../lab/sample-site.ts";

/** The reasons for which these events wake, and what comes after the end is left out. */
async function wokenBy(...events: readonly (readonly [string, string])[]): Promise<string[]> {
  const { lxd, inside } = createFakeHost(SAMPLE_HOST);
  const stop = new AbortController();
  const woken: string[] = [];
  const followed = followLxd(lxd, (reason) => woken.push(reason), stop.signal);
  await settle();
  for (const [action, path] of events) inside.emit(action, path);
  stop.abort();
  await followed;
  inside.emit("instance-shutdown", "instances/jitsi");
  return woken;
}

describe("LXD's events", () => {
  it("wake when they can mean drift, with what happened to what", async () => {
    expect(
      await wokenBy(
        ["instance-shutdown", "instances/turn?project=convene"],
        ["storage-volume-deleted", "storage-pools/convene/volumes/custom/prosody?project=convene"],
      ),
    ).to.deep.equal(["lxd instance-shutdown turn", "lxd storage-volume-deleted prosody"]);
  });

  for (const quiet of [
    "instance-exec",
    "instance-file-retrieved",
    "instance-log-deleted",
    "instance-console",
  ]) {
    it(`do not wake for ${quiet}: our own looks make it`, async () => {
      expect(await wokenBy([quiet, "instances/turn"])).to.deep.equal([]);
    });
  }
});
