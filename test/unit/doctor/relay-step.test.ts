/** Which ways to a relay count as working, and are tried in a meeting. */
import { expect } from "chai";
import type { TurnReason } from "../../../src/checks/turn/turn-reasons.ts";
import type { Asked } from "../../../src/doctor/step.ts";
import { relayStep } from "../../../src/doctor/steps/relay-step.ts";
import { Secret } from "../../../src/system/secret.ts";
import { knownSite } from "../../lab/doctor-known.ts";
import { answeringTools, asked } from "../../lab/doctor-tools.ts";

const TURN = {
  type: "turns",
  host: "turn.test",
  port: 5349,
  transport: "tcp",
  username: "1",
  password: new Secret("x"),
  expires: undefined,
} as const;

async function climb(reason: TurnReason): Promise<Asked> {
  const tools = answeringTools((kind) => ({ reason: kind === "turn" ? reason : "ok" }));
  return asked(
    await relayStep.run(knownSite(false, { logins: [{ kind: "guest" }], services: [TURN] }), tools),
  );
}

describe("a way to a relay", () => {
  it("whose relay does not reach its own address is told, and left to the meeting to judge", async () => {
    for (const reason of ["data_lost", "own_relay_unreachable", "forbidden_peer"] as const) {
      const { findings, learnt } = await climb(reason);
      expect(findings.map((one) => `${one.severity} ${one.reason}`)).to.deep.equal([`warning ${reason}`]);
      expect(learnt?.relays?.map(({ port }) => port)).to.deep.equal([5349]);
    }
  });

  it("that leads into the site's own network is told, whatever else ends the question about it", async () => {
    const ends = [
      { reason: "private_peer_allowed", evidence: { peer: "10.0.0.1", openPeers: "10.0.0.1" } },
      { reason: "quota_reached", evidence: { errorCode: 486, openPeers: "10.0.0.1" } },
      { reason: "timeout", evidence: { openPeers: "10.0.0.1" } },
      { reason: "quota_reached", evidence: { errorCode: 486 } },
    ] as const;
    const told: string[][] = [];
    for (const end of ends) {
      let asks = 0;
      const tools = answeringTools((kind) => (kind === "turn" && ++asks === 2 ? end : { reason: "ok" }));
      const { findings } = asked(
        await relayStep.run(knownSite(false, { logins: [{ kind: "guest" }], services: [TURN] }), tools),
      );
      told.push(findings.map(({ severity, reason, message }) => `${severity} ${reason}: ${message}`));
    }
    const open = ["warning private_peer_allowed: the relay lets clients reach 10.0.0.1"];
    expect(told).to.deep.equal([open, open, open, []]);
  });

  it("that is known to be of no use keeps people out, and is not tried", async () => {
    for (const reason of ["credential_refused", "relay_range_closed"] as const) {
      const { findings, learnt } = await climb(reason);
      expect(findings.map((one) => `${one.severity} ${one.reason}`)).to.deep.equal([`critical ${reason}`]);
      expect(learnt?.relays).to.equal(undefined);
    }
  });

  it("whose name a check does not take is no defect of anybody's check", async () => {
    const tools = answeringTools((kind) => ({ reason: kind === "turn" ? "ok" : "invalid_spec" }));
    const services = [TURN, { ...TURN, type: "stun", port: 3478, transport: "udp" }];
    const known = knownSite(false, { logins: [{ kind: "guest" }], services });
    const { findings, notes, summary, learnt } = asked(await relayStep.run(known, tools));
    expect(findings).to.deep.equal([]);
    expect(notes).to.deep.equal([
      "not asked: the certificate of turn.test, because its name is written in no usual way",
      "not asked: stun:turn.test, because its name is written in no usual way",
    ]);
    expect(summary).to.equal("turn.test tls ✓, stun –");
    expect(learnt?.relays?.map(({ port }) => port)).to.deep.equal([5349]);
  });
});
