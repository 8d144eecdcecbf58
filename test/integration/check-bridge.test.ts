/** The videobridge's ladder against the lab's stand-in, and against what is no videobridge: each fault its own reason. */
import { expect } from "chai";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createCheckContext } from "../../src/checks/check-context.ts";
import type { CheckContext, CheckResult } from "../../src/checks/check.ts";
import type { OwnParticipants } from "../../src/checks/own-participants.ts";
import { runCheck } from "../../src/checks/registry.ts";
import { systemClock } from "../../src/system/clock.ts";
import { freePort, listenOnLoopback } from "../lab/loopback-port.ts";
import { type StandInBridge, startStandInBridge } from "../lab/stand-in-bridge.ts";

type Fields = Readonly<Record<string, unknown>>;

const PUBLIC = "192.0.2.10";
/** As jicofo tells of two bridges at GET /debug. */
const DEBUG = {
  bridge_selector: {
    bridge: {
      "jvbbrewery@internal.auth.meet.test/bridge-1": { operational: true, version: "2.3" },
      "jvbbrewery@internal.auth.meet.test/bridge-2": { operational: false, version: "2.3" },
    },
  },
};

describe("check bridge", function () {
  this.timeout(20_000);
  const folder = mkdtempSync(join(tmpdir(), "convene-check-bridge-"));
  const servers: Server[] = [];
  let bridge: StandInBridge;

  before(async () => {
    bridge = await startStandInBridge({ folder });
  });

  afterEach(async () => {
    for (const server of servers.splice(0)) server.close();
    await bridge.post("lab/well");
  });

  after(async () => {
    await bridge?.stop();
    rmSync(folder, { recursive: true });
  });

  async function run(spec: Fields, changes: Partial<CheckContext> = {}): Promise<CheckResult> {
    const signal = new AbortController().signal;
    const context = createCheckContext({ clock: systemClock, signal, ...changes });
    return await runCheck({ name: "bridge-1", kind: "bridge", spec, intervalSeconds: 60 }, context);
  }

  /** Of the stand-in, which is alone: no Prosody, and an address that only is said. */
  function check(fields: Fields = {}, changes: Partial<CheckContext> = {}): Promise<CheckResult> {
    const { http: restPort, media: mediaPort } = bridge.ports;
    const own = { address: "127.0.0.1", restPort, mediaPort, publicAddresses: [PUBLIC], via: ["127.0.0.1"] };
    return run({ ...own, registered: false, hold: "100ms", ...fields }, changes);
  }

  /** A server that answers JSON, or text, by path; what it does not know is 404. */
  async function answering(answers: Readonly<Record<string, unknown>>): Promise<number> {
    const server = createServer((request, response) => {
      const answer = answers[request.url ?? ""];
      const text = typeof answer === "string" ? answer : JSON.stringify(answer);
      response.writeHead(answer === undefined ? 404 : 200).end(text);
    });
    servers.push(server);
    return await listenOnLoopback(server);
  }

  async function focus(answers: Readonly<Record<string, unknown>>): Promise<Fields> {
    return { connect: false, focus: { address: "127.0.0.1", port: await answering(answers) } };
  }

  it("is well: media connects to it, encrypted and as told, and nothing is left", async () => {
    const result = await check();
    expect(result, result.message).to.include({ reason: "ok", ok: true });
    expect(result.phases.map(({ name }) => name)).to.deep.equal([
      "health",
      "statistics",
      "allocate",
      "candidates",
      "connect",
      "hold",
      "expire",
    ]);
    const { media } = bridge.ports;
    expect(result.evidence["candidates"]).to.equal(`127.0.0.1:${media}/host ${PUBLIC}:${media}/srflx`);
    expect(result.evidence[`direct 127.0.0.1:${media}`]).to.match(
      /^ICE \d+ ms, DTLS \d+ ms, AEAD_AES_128_GCM$/,
    );
    expect(await bridge.statistics()).to.include({ conferences: 0, participants: 0 });
  });

  it("is nobody's participant: it is told of before it is allocated, and until it is expired", async () => {
    const events: string[] = [];
    const ownParticipants: OwnParticipants = {
      join: (address) => {
        events.push(`join ${address}`);
        return () => events.push("leave");
      },
      count: () => 0,
    };
    const transcript = (line: string) =>
      void (line.startsWith("→ P") && events.push(line.slice(0, 7).trim()));
    expect(await check({}, { ownParticipants, transcript })).to.include({ reason: "ok" });
    // One that only asks, and one that connects: allocated, told of, connected, expired.
    const told = "join 127.0.0.1";
    const [asked, connects] = [
      [told, "→ POST"],
      [told, "→ PATCH"],
    ];
    expect(events).to.deep.equal([...asked, ...connects, "→ PATCH", "→ PATCH", "leave", "leave"]);
  });

  it("gives the conference back when its time is over, too", async () => {
    const result = await check({ hold: "30s", timeout: "2s" });
    expect(result).to.include({ reason: "timeout" });
    expect(await bridge.statistics()).to.include({ conferences: 0, participants: 0 });
  });

  it("allocates nothing on a bridge that drains or shuts down, which is no failure", async () => {
    for (const behaviour of [{ drain: true }, { gracefulShutdown: true }]) {
      await bridge.tell(behaviour);
      const before = (await bridge.statistics())["total_conferences_created"];
      const result = await check();
      expect(result).to.include({ ok: true, severity: "info", reason: "draining" });
      expect((await bridge.statistics())["total_conferences_created"]).to.equal(before);
      await bridge.post("lab/well");
    }
  });

  it("is trouble when it refuses meetings and jicofo has no other bridge, which only drains or has one", async () => {
    const reasons: string[] = [];
    const views: readonly (readonly [Fields, Fields])[] = [
      [{ gracefulShutdown: true }, { nickname: "bridge-1", ...(await focus({ "/debug": DEBUG })) }],
      [{ gracefulShutdown: true }, { nickname: "bridge-2", ...(await focus({ "/debug": DEBUG })) }],
      [{ gracefulShutdown: true }, { nickname: "bridge-1", ...(await focus({})) }],
      [{ drain: true }, { nickname: "bridge-1", ...(await focus({ "/debug": DEBUG })) }],
    ];
    for (const [behaviour, fields] of views) {
      await bridge.tell(behaviour);
      const { reason, severity } = await check(fields);
      reasons.push(`${reason} ${severity}`);
      await bridge.post("lab/well");
    }
    const calm = "draining info";
    expect(reasons).to.deep.equal(["last_bridge_leaving critical", calm, calm, calm]);
  });

  const faults: readonly (readonly [string, Fields, Fields])[] = [
    ["unhealthy", { health: 500, healthReason: "No valid IP addresses available for harvesting." }, {}],
    ["sticky_failure", { health: 500, healthReason: "Sticky failure." }, {}],
    ["not_registered", {}, { registered: true }],
    ["allocation_refused", { allocationRefusal: "no room" }, {}],
    ["no_public_candidate", { candidates: "private-only" }, {}],
    ["no_public_candidate", { candidates: "none" }, {}],
    ["wrong_media_port", { candidates: "wrong-port" }, {}],
    ["fingerprint_mismatch", { fingerprint: "another" }, {}],
    ["bad_answer", { answers: "garbage" }, {}],
    ["media_refused", { password: "another" }, {}],
  ];
  for (const [reason, behaviour, fields] of faults) {
    it(`is found out as ${reason} when it is told ${JSON.stringify(behaviour)}`, async () => {
      await bridge.tell(behaviour);
      const result = await check(fields);
      expect(result, result.message).to.include({ ok: false, reason, severity: "critical" });
      expect(result.hint).to.be.a("string");
      await bridge.post("lab/well");
      expect(await bridge.statistics()).to.include({ conferences: 0 });
    });
  }

  it("tells a media port that is silent from one that is closed, and names each candidate", async () => {
    await bridge.tell({ media: "silent" });
    const { media } = bridge.ports;
    const [silent, closed] = await Promise.all([
      check(),
      // The address is the machine's too, and nothing listens there.
      check({ publicAddresses: ["127.0.0.1"], via: ["127.0.0.2"] }),
    ]);
    expect(silent).to.include({ reason: "media_no_answer" });
    expect(silent.message).to.equal(`${PUBLIC}:${media} (asked at 127.0.0.1) does not answer`);
    expect(closed).to.include({ reason: "media_port_closed" });
    expect(closed.message).to.contain(`127.0.0.1:${media} (asked at 127.0.0.2) is closed`);
  });

  it("tells of a private candidate that does not answer, and of a connection that does no longer", async () => {
    const { media } = bridge.ports;
    await bridge.tell({ dropAfterSeconds: 0.1 });
    const dropping = check({ hold: "300ms" });
    // The address that is only said is the private one here: nobody answers there.
    const result = await check({ publicAddresses: ["127.0.0.1"], connect: false, timeout: "5s" });
    expect(result).to.include({ ok: false, severity: "warning", reason: "private_candidate_silent" });
    expect(result.message).to.contain(`127.0.0.1:${media} answers`);
    const dropped = await dropping;
    expect(dropped).to.include({ ok: false, severity: "critical", reason: "connection_dropped" });
    expect(dropped.message).to.match(/^direct .*: after 300 ms .* does not answer$/u);
    expect(dropped.phases.at(-2)?.name).to.equal("hold");
  });

  it("takes the focus' word for what it does with the bridge", async () => {
    expect(await check({ nickname: "bridge-1", ...(await focus({ "/debug": DEBUG })) })).to.include({
      reason: "ok",
    });
    const off = await check({ nickname: "bridge-2", ...(await focus({ "/debug": DEBUG })) });
    expect(off).to.include({ reason: "not_operational", severity: "critical" });
    const unknown = await check({ nickname: "bridge-3", ...(await focus({ "/debug": DEBUG })) });
    expect(unknown).to.include({ reason: "unknown_to_focus", severity: "critical" });
    expect(unknown.message).to.contain("bridge-1").and.to.contain("bridge-2");
    const counts = (operational_bridge_count: number) => ({
      "/stats": { bridge_selector: { bridge_count: 1, operational_bridge_count } },
    });
    expect(await check({ nickname: "x", ...(await focus(counts(1))) })).to.include({ reason: "ok" });
    expect(await check({ nickname: "x", ...(await focus(counts(0))) })).to.include({
      reason: "not_operational",
    });
  });

  it("does not blame the bridge for a focus that does not answer, and tells of versions that differ", async () => {
    const absent = { connect: false, focus: { address: "127.0.0.1", port: await freePort() } };
    expect(await check(absent)).to.include({ reason: "focus_unreachable", severity: "warning" });
    expect(await check(await focus({ "/stats": "<html>" }))).to.include({ reason: "focus_unreachable" });
    const silent = createServer();
    servers.push(silent);
    const hanging = { connect: false, focus: { address: "127.0.0.1", port: await listenOnLoopback(silent) } };
    const unasked = await check(hanging);
    expect(unasked).to.include({ reason: "focus_unreachable", severity: "warning" });
    expect(unasked.message).to.contain("no answer within 3 s");
    silent.closeAllConnections();
    const mixed = JSON.parse(JSON.stringify(DEBUG).replace('"2.3"', '"2.4"'));
    const result = await check({ nickname: "bridge-1", ...(await focus({ "/debug": mixed })) });
    expect(result).to.include({ reason: "mixed_versions", severity: "warning" });
    expect(result.message).to.contain("2.4").and.to.contain("2.3");
  });

  it("finds the bridge in a long list of jicofo's, and says so where the list is longer than it reads", async () => {
    const told = async (conferences: number) => ({
      ...(await focus({
        "/debug": { focus_manager: { rooms: "a busy room, ".repeat(conferences) }, ...DEBUG },
        "/stats": { bridge_selector: { bridge_count: 2, operational_bridge_count: 1 } },
      })),
      nickname: "bridge-2",
    });
    expect(await check(await told(10_000))).to.include({ reason: "not_operational" });
    const cut = await check(await told(400_000));
    expect(cut).to.include({ reason: "focus_list_too_long", severity: "warning" });
    expect(cut.message).to.contain("1 operational of 2");
  });

  it("does not take a bridge that has not told its version yet for one of another version", async () => {
    const unknown = JSON.parse(JSON.stringify(DEBUG).replace('"2.3"', '"null"'));
    const fields = { nickname: "bridge-1", ...(await focus({ "/debug": unknown })) };
    expect(await check(fields)).to.include({ reason: "ok" });
  });

  it("has a reason for whatever else answers in its place", async () => {
    const elsewhere = async (answers: Readonly<Record<string, unknown>>) =>
      (await run({ address: "127.0.0.1", restPort: await answering(answers) })).reason;
    expect(await elsewhere({ "/about/health": "" })).to.equal("rest_disabled");
    expect(await elsewhere({ "/about/health": "", "/colibri/stats": "<html>" })).to.equal("bad_answer");
    expect(await elsewhere({})).to.equal("unhealthy");
    expect((await run({ address: "127.0.0.1", restPort: await freePort() })).reason).to.equal("port_closed");
  });
});
