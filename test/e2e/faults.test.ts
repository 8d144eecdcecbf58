/** Bad input and faults: clear words, what does not depend on it goes on, and nothing that runs is stopped for it. */
import { expect } from "chai";
import { badPushes } from "./faults/bad-pushes.ts";
import { diskFull } from "./faults/disk-full.ts";
import { doorsShut } from "./faults/doors-shut.ts";
import { failingActions } from "./faults/failing-actions.ts";
import { type FaultHost, createFaultHost } from "./faults/fault-host.ts";
import { prune } from "./faults/prune.ts";

describe("a site in bad days", () => {
  let made: FaultHost | undefined;
  const host = (): FaultHost => {
    if (!made) throw new Error("the host was not made");
    return made;
  };
  before(async function () {
    this.timeout(300_000);
    made = await createFaultHost();
    expect((await made.push({ workers: [] })).stderr).to.match(/✓ Ready at/);
  });
  after(async function () {
    this.timeout(180_000);
    await made?.remove();
  });
  afterEach(async function () {
    this.timeout(120_000);
    // One scenario that fails is not the next one's failure.
    if (this.currentTest?.state === "failed") await host().push({});
    await host().settled();
  });

  describe("a disk that is full", () => diskFull(host));
  describe("a push that is wrong", () => badPushes(host));
  describe("a door that is shut", () => doorsShut(host));
  describe("an action that fails", () => failingActions(host));
  describe("a removal", () => prune(host));
});
