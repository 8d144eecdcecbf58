/** The lab's stand-in bridge with the shipped jvb.conf, seen by the check that real bridges are seen by. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { createCheckContext } from "../../src/checks/check-context.ts";
import type { CheckResult } from "../../src/checks/check.ts";
import { runCheck } from "../../src/checks/registry.ts";
import { freePorts } from "../lab/free-ports.ts";
import { type RunningProgram, startProgram } from "../lab/programs.ts";
import { adapted, LAB_CATALOGUE, renderShipped, sampleVariables } from "../lab/shipped-configuration.ts";

describe("the stand-in bridge", function () {
  this.timeout(30_000);
  let folder: string;
  let bridge: RunningProgram;
  let url: string;
  let mediaPort: number;

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "convene-bridge-"));
    const [httpPort = 0, port = 0] = await freePorts(2);
    const variables = sampleVariables({
      self: { name: "bridge-1", ipv4: "127.0.0.1", ipv6: "", memoryMiB: 1024 },
      item: { name: "bridge-1", number: 1 },
    });
    const path = join(folder, "jvb.conf");
    writeFileSync(
      path,
      adapted(renderShipped("jitsi", "jvb.conf", "hocon", variables), {
        "port = 8080": `port = ${httpPort}`,
        "10000": String(port),
        "10.10.1.20": "127.0.0.1",
      }),
    );
    url = `http://127.0.0.1:${httpPort}`;
    mediaPort = port;
    const program = join(LAB_CATALOGUE, "jitsi/stand-in-bridge.mjs");
    bridge = await startProgram([process.execPath, program, path], () => answers(`${url}/about/version`));
  });

  afterEach(async () => {
    await tell("behaviour", { health: 200, healthReason: "", media: "normal", candidates: "all" });
    await tell("participants", { participants: 0 });
  });

  after(async () => {
    await bridge?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  async function tell(what: string, body: unknown): Promise<void> {
    const response = await fetch(`${url}/lab/${what}`, { method: "POST", body: JSON.stringify(body) });
    expect(response.status).to.equal(200);
  }

  async function check(): Promise<CheckResult> {
    const context = createCheckContext({
      clock: Date,
      signal: new AbortController().signal,
      transcript: () => undefined,
    });
    const target = { address: "127.0.0.1", restPort: Number(new URL(url).port), via: ["127.0.0.1"] };
    const spec = { ...target, publicAddresses: ["192.0.2.10"], mediaPort, timeout: "5s" };
    return await runCheck({ name: "bridge-1", kind: "bridge", spec, intervalSeconds: 60 }, context);
  }

  it("is well: healthy, allocates, and its media port answers the check it allocated for", async () => {
    const result = await check();
    expect(result, result.message).to.include({ ok: true, reason: "ok" });
    expect(result.evidence["candidates"]).to.equal(
      `127.0.0.1:${mediaPort}/host 192.0.2.10:${mediaPort}/srflx`,
    );
  });

  it("forgets what the check allocated", async () => {
    await check();
    const response = await fetch(`${url}/colibri/stats`);
    expect(await response.json()).to.include({ conferences: 0, participants: 0 });
  });

  const faults: readonly (readonly [Readonly<Record<string, unknown>>, string])[] = [
    [{ health: 500, healthReason: "No valid IP addresses available for harvesting." }, "unhealthy"],
    [{ media: "silent" }, "media_no_answer"],
    [{ candidates: "private-only" }, "no_public_candidate"],
  ];
  for (const [behaviour, reason] of faults) {
    it(`is found out as ${reason} when it is told ${JSON.stringify(behaviour)}`, async () => {
      await tell("behaviour", behaviour);
      expect(await check()).to.include({ ok: false, reason });
    });
  }

  it("counts the people a test puts into a call", async () => {
    await tell("participants", { participants: 2 });
    const response = await fetch(`${url}/colibri/stats`);
    expect(await response.json()).to.include({ conferences: 1, participants: 2 });
  });
});

async function answers(address: string): Promise<boolean> {
  try {
    return (await fetch(address)).ok;
  } catch {
    return false;
  }
}
