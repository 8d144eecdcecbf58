/** Two who meet on a whole site, directly and through each relay; ways in which they do not; and nothing is left of it. */
import { expect } from "chai";
import type { CheckContext, CheckResult } from "../../src/checks/check.ts";
import type { ContactPolicy } from "../../src/checks/connect/contact-policy.ts";
import { runCheck } from "../../src/checks/registry.ts";
import { type MeetingLab, startMeetingLab } from "../lab/meeting-lab.ts";
import { askFocus, endpointsOf, until } from "../lab/meeting-of-two.ts";

type Fields = Readonly<Record<string, unknown>>;

describe("check conference", function () {
  this.timeout(30_000);
  let lab: MeetingLab;

  before(async () => {
    lab = await startMeetingLab();
  });

  after(() => lab?.stop());

  /** As the shipped manifest has it, shorter. */
  async function check(
    name: string,
    fields: Fields = {},
    changes: Partial<CheckContext> = {},
  ): Promise<CheckResult> {
    const shipped = lab.checks.find((one) => one.name === name);
    if (shipped === undefined) throw new Error(`the site has no check ${name}`);
    return await runCheck({ ...shipped, spec: { ...shipped.spec, ...fields } }, lab.checkContext(changes));
  }

  function meet(fields: Fields = {}, changes: Partial<CheckContext> = {}): Promise<CheckResult> {
    return check("conference", { packets: 25, paths: ["direct"], ...fields }, changes);
  }

  /** No endpoint and no room is left. */
  async function expectNothingLeft(): Promise<void> {
    await until(lab, "no endpoint is left", async () =>
      (await endpointsOf(lab)).every((count) => count === 0),
    );
    await until(lab, "no room is left", async () =>
      /"conferences": ?0\b/u.test((await askFocus(lab, "/stats")).text),
    );
  }

  /** Of all endpoints so far. */
  async function packetsAtBridge(): Promise<number> {
    const text = await (await fetch(`http://${lab.addresses.bridges[0]}:8080/colibri/stats`)).text();
    return Number(/"total_packets_received":(\d+)/u.exec(text)?.[1]);
  }

  /** Rooms that nobody could guess, no password in the conversation, and no word to jicofo of media that failed. */
  function expectDiscretion(lines: readonly string[], rooms: number): void {
    const named = lines.flatMap((line) => /convene-check-[0-9a-f]{24}(?=@conference)/.exec(line)?.[0] ?? []);
    expect(new Set(named).size).to.equal(rooms);
    const secrets = [lab.member.password.reveal(), lab.secret("turn-secret").reveal(), "ice-state"];
    expect(lines.filter((line) => secrets.some((secret) => line.includes(secret)))).to.deep.equal([]);
  }

  /** Every allocation that was made was given back; so many were made. */
  function expectReleased(lines: readonly string[], allocations: number): void {
    expect(lines.filter((line) => line.includes(": ← allocated"))).to.have.length(allocations);
    expect(lines.filter((line) => line.includes(": → refresh 0 ← released"))).to.have.length(allocations);
  }

  it("lets a member and a guest meet directly and through each relay, and tells the paths side by side", async () => {
    const lines: string[] = [];
    const result = await meet({ paths: undefined }, { transcript: (line) => void lines.push(line) });
    expect(result, `${result.message}\n${lab.logs()}`).to.include({ ok: true, reason: "ok" });
    for (const path of ["direct", "udp", "tcp", "tls", "tls-443"]) {
      expect(result.evidence[path], path).to.match(
        /^set up in \d+ ms, loss [\d.]+ %, round trip [\d.]+ ms, jitter [\d.]+ ms$/,
      );
    }
    expect(result.summary).to.match(/^[\d.]+ s, [\d.]+ % loss$/);
    const phases = result.phases.map(({ name }) => name);
    expect(phases).to.include.members([
      "login",
      "focus",
      "join",
      "invite",
      "candidates",
      "accept",
      "connect",
    ]);
    expect(phases).to.include.members(["sources", "audio", "leave", "udp", "tcp", "tls", "tls-443"]);
    // Each line names the way, and who speaks on it.
    expect(
      lines.filter((line) => !/^(?:direct|udp|tcp|tls|tls-443): (?:(?:member|guest): )?/.test(line)),
    ).to.deep.equal([]);
    expectDiscretion(lines, 5);
    expectReleased(lines, 8);
    await expectNothingLeft();
  });

  it("finds the bridge well on the same site: for jicofo, directly, at its container and through the relay", async () => {
    const result = await check("bridge-1", { hold: "100ms" });
    expect(result, `${result.message}\n${lab.logs()}`).to.include({ ok: true, reason: "ok" });
    expect(result.evidence).to.include({ bridgesAtFocus: 1, operationalAtFocus: 1 });
    const ways = Object.keys(result.evidence).filter((key) => /^(direct|container|relay) /.test(key));
    expect(ways.toSorted()).to.deep.equal([
      `container ${lab.addresses.bridges[0]}:10000`,
      `direct ${lab.addresses.public}:10000`,
      "relay udp",
    ]);
  });

  it("leaves nothing behind when it is stopped in the middle of a call", async () => {
    const stop = new AbortController();
    const running = meet({ packets: 1_000 }, { signal: stop.signal });
    await until(lab, "two are in the call", async () => (await endpointsOf(lab)).includes(2));
    stop.abort(new Error("enough"));
    expect(await running).to.include({ reason: "aborted" });
    await expectNothingLeft();
  });

  const bridgeFaults: readonly (readonly [string, Fields])[] = [
    ["no_public_candidate", { candidates: "private-only" }],
    ["fingerprint_mismatch", { fingerprint: "another" }],
    ["audio_one_way", { forwarding: "one-way" }],
    ["bridge_channel_not_proxied", { webSockets: "closed" }],
  ];
  const focusFaults: readonly (readonly [string, Fields])[] = [
    ["guest_not_admitted", { guests: "refused" }],
    ["bad_offer", { invites: "garbage" }],
    ["no_bridge", { bridges: "none" }],
    ["source_not_announced", { sources: "withheld" }],
  ];
  /** Also on which rung, and in whose words. */
  const roomFaults: readonly (readonly [string, Fields, string, string])[] = [
    ["room_refused", { rooms: "members-only" }, "join", "registration-required"],
    ["accept_refused", { accepts: "refused" }, "accept", "bad-request told to refuse it"],
    ["meeting_ended", { accepts: "over" }, "accept", "expired over before it was accepted"],
    ["meeting_ended", { accepts: "put-out" }, "accept", "put out of the room: told to put it out"],
    ["meeting_ended", { accepts: "ended" }, "connect", "ends the session: expired told to end it"],
    ["meeting_ended", { accepts: "ended-later" }, "audio", "ends the session: expired told to end it"],
  ];
  for (const [reason, behaviour] of bridgeFaults) {
    it(`says ${reason} when the bridge is told ${JSON.stringify(behaviour)}`, async () => {
      const [bridge] = lab.servers.bridges;
      await bridge?.behave(behaviour);
      const result = await meet();
      await bridge?.mend();
      expect(result, result.message).to.include({ ok: false, reason });
      expect(result.hint).to.be.a("string");
    });
  }
  for (const [reason, behaviour] of focusFaults) {
    it(`says ${reason} when the focus is told ${JSON.stringify(behaviour)}`, async () => {
      await lab.servers.focus.behave(behaviour);
      const result = await meet();
      await lab.servers.focus.mend();
      expect(result, result.message).to.include({ ok: false, reason });
    });
  }

  it("tells a focus that owns no room from one that owns it and invites nobody", async () => {
    const { focus } = lab.servers;
    await focus.behave({ ownership: "none" });
    const unowned = meet();
    await until(lab, "two wait in the room", async () =>
      /("pending".*){2}/su.test((await askFocus(lab, "/debug/conferences")).text),
    );
    await focus.behave({ ownership: "normal", invites: "none" });
    const results = await Promise.all([unowned, meet()]);
    await focus.mend();
    expect(results.map(({ reason }) => reason)).to.deep.equal(["focus_not_owner", "not_invited"]);
    for (const { message, severity, phases } of results) {
      expect(severity).to.equal("critical");
      expect(message).to.contain("the focus does not invite the member and the guest");
      expect(phases.at(-2)?.name).to.equal("invite");
    }
  });

  for (const [reason, behaviour, rung, words] of roomFaults) {
    it(`says ${reason} when the focus is told ${JSON.stringify(behaviour)}`, async () => {
      await lab.servers.focus.behave(behaviour);
      const result = await meet({ packets: 100 });
      await lab.servers.focus.mend();
      expect(result, result.message).to.include({ ok: false, severity: "critical", reason });
      expect(result.message).to.contain(words);
      expect(result.phases.map(({ name }) => name).slice(-2)).to.deep.equal([rung, "leave"]);
      expect(result.hint).to.contain(reason === "room_refused" ? "prosody.cfg.lua" : "convene logs jitsi");
    });
  }

  it("asks the site for its relays, as browsers do, where the guests' host tells nobody of any", async () => {
    const [shared, alone] = [
      "modules_enabled = meeting_modules",
      'modules_enabled = { "bosh"; "websocket" }',
    ];
    const host = `VirtualHost "guest.${lab.domain}"\n    `;
    await lab.servers.prosody.reconfigure("/etc/prosody/prosody.cfg.lua", { [host + shared]: host + alone });
    // Whom the restart has cut off comes back by itself.
    await lab.untilChoosable(1);
    const result = await meet({ paths: ["udp"] });
    await lab.mend();
    expect(result, `${result.message}\n${lab.logs()}`).to.include({ ok: true, reason: "ok" });
  });

  it("tells of a relay that Prosody names to nobody, and of joins that it keeps waiting", async () => {
    await lab.fault("services-without-tcp");
    await lab.fault("joins-held");
    await lab.untilChoosable(1);
    const [unnamed, held] = await Promise.all([meet({ paths: ["tcp"] }), meet()]);
    await lab.mend();
    expect(unnamed, unnamed.message).to.include({ reason: "turn_not_offered", severity: "critical" });
    expect(unnamed.message).to.contain("no relay by tcp is told of; there are: stun ");
    expect(unnamed.phases.at(-2)?.name).to.equal("relay");
    expect(held, held.message).to.include({ reason: "join_silent", severity: "critical" });
    expect(held.message).to.contain("the member: no answer to joining convene-check-");
    expect(held.phases.at(-2)?.name).to.equal("join");
    expect(held.hint).to.contain("mod_muc_meeting_id");
  });

  it("says relay_lost when coturn ends while people talk through it", async () => {
    const before = await packetsAtBridge();
    const running = meet({ paths: ["tcp"], packets: 75 });
    await until(lab, "two talk", async () => (await packetsAtBridge()) > before + 20);
    await lab.servers.coturn.stop();
    const result = await running;
    await lab.mend();
    expect(result, result.message).to.include({ ok: false, severity: "critical", reason: "relay_lost" });
    expect(result.message).to.match(/^tcp: the member: the relay ended: /u);
    expect(result.phases.at(-2)?.name).to.equal("audio");
    expect(result.hint).to.contain("convene logs turn");
  });

  it("says relay_lost when coturn ends before anything went through it, and goes on with the other ways", async () => {
    await lab.servers.focus.behave({ slowMs: 150 });
    const lines: string[] = [];
    const running = meet(
      { paths: ["tcp", "udp", "direct"] },
      { transcript: (line) => void (line.includes(": ← allocated") && lines.push(line)) },
    );
    await until(lab, "both ways have their relays", () => Promise.resolve(lines.length === 4));
    await lab.servers.coturn.stop();
    const result = await running;
    await lab.mend();
    expect(result, result.message).to.include({ ok: false, severity: "critical", reason: "relay_lost" });
    expect(result.phases.map(({ name }) => name)).not.to.contain("audio");
    expect(result.evidence["tcp"]).to.match(/^relay_lost: /u);
    expect(result.evidence["udp"]).to.match(/^relay_lost: /u);
    expect(result.evidence["direct"]).to.match(/^set up/u);
  });

  it("says that its secret is missing instead of asking anybody", async () => {
    const result = await meet(
      { secret: "another" },
      { secret: () => Promise.reject(new Error("there is none")) },
    );
    expect(result).to.include({ reason: "secret_missing" });
  });

  it("tells a relay that is closed from the others, which work", async () => {
    await lab.firewall.add(["late-in tcp dport 5349 reject with tcp reset"]);
    // Who keeps from addresses of this machine's own, as doctor does, still has the relay's.
    const contacts: ContactPolicy = {
      refusal: (address) => (address.startsWith("127.") ? "loopback" : undefined),
      allowDatagram: () => true,
      trust: () => undefined,
    };
    const result = await meet({ paths: ["direct", "tcp", "tls"] }, { contacts });
    await lab.firewall.clear();
    expect(result).to.include({ reason: "relay_unreachable" });
    expect(result.message).to.match(/^tls: /);
    expect(result.evidence["direct"]).to.match(/^set up/);
    expect(result.evidence["tcp"]).to.match(/^set up/);
  });
});
