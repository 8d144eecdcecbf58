/** What a sweep says of accounts: all of them, or nothing when the chat server did not tell. */
import { expect } from "chai";
import type { Lxd } from "../../../src/lxd/lxd.ts";
import type { ContainerSweep } from "../../../src/observe/actual-state.ts";
import { readRecord } from "../../../src/observe/instance-record.ts";
import { sweepContainer } from "../../../src/observe/sweep.ts";
import { createFakeHost } from "../../lab/fake-host.ts";
import { SAMPLE_HOST, container } from "../../lab/sample-site.ts";

async function sweepThatPrints(stdout: string): Promise<ContainerSweep> {
  const { lxd } = createFakeHost(SAMPLE_HOST);
  const printing: Lxd = { ...lxd, exec: async () => ({ exitCode: 0, stdout, stderr: "" }) };
  const record = readRecord({});
  return sweepContainer(
    printing,
    container({ name: "jitsi", hostPart: 20 }),
    record,
    true,
    new AbortController().signal,
  );
}

describe("a sweep of accounts", () => {
  it("names those that exist", async () => {
    const sweep = await sweepThatPrints("account\tm.meier@meet.test\nok\tlist\t*\t1\n");
    expect(sweep.accounts).to.deep.equal(["m.meier@meet.test"]);
  });

  it("tells that there are none", async () => {
    expect((await sweepThatPrints("ok\tlist\t*\t0\n")).accounts).to.deep.equal([]);
  });

  it("says nothing when the chat server does not answer, or stops in the middle", async () => {
    expect((await sweepThatPrints("")).accounts).to.equal(undefined);
    expect((await sweepThatPrints("account\tm.meier@meet.test\n")).accounts).to.equal(undefined);
  });
});
