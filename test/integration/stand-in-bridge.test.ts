/** The lab's stand-in bridge with the shipped jvb.conf, seen by the check that real bridges are seen by. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { createCheckContext } from "../../src/checks/check-context.ts";
import type { CheckResult } from "../../src/checks/check.ts";
import { runCheck } from "../../src/checks/registry.ts";
import { systemClock } from "../../src/system/clock.ts";
import { type StandInBridge, startStandInBridge } from "../lab/stand-in-bridge.ts";

describe("the stand-in bridge", function () {
  this.timeout(30_000);
  const folder = mkdtempSync(join(tmpdir(), "convene-bridge-"));
  let bridge: StandInBridge;

  before(async () => {
    bridge = await startStandInBridge({ folder });
  });

  afterEach(async () => {
    await bridge.post("lab/well");
  });

  after(async () => {
    await bridge?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  async function check(): Promise<CheckResult> {
    const context = createCheckContext({
      clock: systemClock,
      signal: new AbortController().signal,
      transcript: () => undefined,
    });
    // It is alone here: there is no Prosody to be registered with.
    const alone = { registered: false, connect: false };
    const target = { address: "127.0.0.1", restPort: bridge.ports.http, via: ["127.0.0.1"], ...alone };
    const spec = { ...target, publicAddresses: ["192.0.2.10"], mediaPort: bridge.ports.media, timeout: "5s" };
    return await runCheck({ name: "bridge-1", kind: "bridge", spec, intervalSeconds: 60 }, context);
  }

  it("is well: healthy, allocates, and its media port answers the check it allocated for", async () => {
    const result = await check();
    expect(result, result.message).to.include({ ok: true, reason: "ok" });
    expect(result.evidence["candidates"]).to.equal(
      `127.0.0.1:${bridge.ports.media}/host 192.0.2.10:${bridge.ports.media}/srflx`,
    );
  });

  it("forgets what the check allocated", async () => {
    await check();
    expect(await bridge.statistics()).to.include({ conferences: 0, participants: 0 });
  });

  const faults: readonly (readonly [Readonly<Record<string, unknown>>, string])[] = [
    [{ health: 500, healthReason: "No valid IP addresses available for harvesting." }, "unhealthy"],
    [{ media: "silent" }, "media_no_answer"],
    [{ candidates: "private-only" }, "no_public_candidate"],
  ];
  for (const [behaviour, reason] of faults) {
    it(`is found out as ${reason} when it is told ${JSON.stringify(behaviour)}`, async () => {
      await bridge.tell(behaviour);
      expect(await check()).to.include({ ok: false, reason });
    });
  }

  it("counts the people a test puts into a call", async () => {
    await bridge.post("lab/participants", { participants: 2 });
    expect(await bridge.statistics()).to.include({ conferences: 1, participants: 2 });
  });
});
