/** `convene doctor` on a whole site, healthy and with faults; failure-catalogue.test.ts has many more of them. */
import { expect } from "chai";
import { createContactBounds } from "../../src/doctor/contact-bounds.ts";
import { type Visit, visit, type VisitRequest } from "../lab/doctor-visit.ts";
import type { FaultName } from "../lab/meeting-lab-faults.ts";
import { type MeetingLab, startMeetingLab } from "../lab/meeting-lab.ts";

const PROSODY = "/etc/prosody/prosody.cfg.lua";

describe("doctor on a whole site", function () {
  this.timeout(60_000);
  let lab: MeetingLab;

  before(async () => {
    lab = await startMeetingLab();
  });
  after(() => lab?.stop());

  async function look(more: Partial<VisitRequest> = {}): Promise<Visit> {
    const pins = new Map([lab.domain, lab.turnDomain].map((name) => [name, [lab.addresses.public]] as const));
    const target = { host: lab.domain, port: 443 };
    return await visit({ target, pins, extraRoots: lab.extraRoots, ...more });
  }

  it("finds nothing wrong with a healthy one, and says how far a stranger sees", async () => {
    const { report, findings, text, because } = await look();
    expect(findings, `${text}\n${lab.logs()}`).to.deep.equal([]);
    expect(report.rungs.map(({ name, state }) => `${name} ${state}`)).to.include.members([
      "name ok",
      "port ok",
      "certificate ok",
      "page ok",
      "signaling ok",
      "login ok",
      "services ok",
      "relay ok",
      "room ok",
    ]);
    expect(text).to.include("a guest may not open one, as it should be");
    const checks = report.rungs.flatMap((rung) => (rung.state === "not_asked" ? [] : rung.checks));
    const alarming = checks.filter(({ ok, severity }) => !ok || severity === "critical");
    expect(alarming.map(({ kind, reason }) => `${kind} ${reason}`)).to.deep.equal([]);
    expect(because("media")).to.equal("only members may open a room here: add --user NAME");
    expect(report.headline).to.equal(
      "As far as a stranger sees, meet.lab.test works; no meeting was tried, because only members may open a room here: add --user NAME",
    );
  });

  it("meets as a member with a guest on every path, and tells nobody the password", async () => {
    const { findings, text, transcript, report } = await look({ login: lab.member });
    expect(findings, text).to.deep.equal([]);
    expect(text.replaceAll(/\s+/g, " ")).to.include(`${lab.member.username} opens a room`);
    expect(report).to.include({ verdict: "works", headline: "People can meet at meet.lab.test" });
    expect(text.replaceAll(/\s+/g, " ")).to.match(
      /media two people hear each other: direct ✓ \d+ ms, udp ✓ \d+ ms, tcp ✓ .* tls ✓ .* tls 443 ✓/,
    );
    const everything = `${text}${transcript}${JSON.stringify(report)}`;
    expect(everything).to.include("SCRAM-SHA-1");
    expect(everything).not.to.include(lab.member.password.reveal());
  });

  it("says of a wrong password that it is one, and still looks as a guest", async () => {
    const { findings, report } = await look({ login: { ...lab.person, password: lab.member.password } });
    expect(findings).to.deep.equal(["login login_refused"]);
    expect(report.rungs.find(({ name }) => name === "relay")?.state).to.equal("ok");
  });

  it("looks through BOSH where config.js names no WebSocket, as browsers do", async () => {
    try {
      await lab.servers.nginx.reconfigure("/etc/jitsi/meet/config.js", { "websocket:": "otherwise:" });
      const { findings, text, transcript } = await look();
      expect(findings, text).to.deep.equal([]);
      expect(text).to.include("BOSH; guests may come in").and.include("config.js names no WebSocket");
      expect(transcript).not.to.include("WebSocket upgrade");
    } finally {
      await lab.mend();
    }
  });

  it("meets through the relay that works where another is told of first", async () => {
    const first = `{ type = "turn", host = "${lab.turnDomain}", port = 3479, transport = "udp", secret = true },`;
    try {
      const list = "external_services = {";
      await lab.servers.prosody.reconfigure(PROSODY, { [list]: `${list}\n  ${first}` });
      const { findings, text } = await look({ login: lab.member });
      expect(findings, `${text}\n${lab.logs()}`).to.deep.equal(["relay port_closed"]);
      expect(text.replaceAll(/\s+/g, " ")).to.match(/media two people hear each other: direct ✓ .* udp ✓/);
    } finally {
      await lab.mend();
    }
  });

  it("sees a videobridge that tells only private addresses with a stranger's eyes", async () => {
    const contacts = {
      ...createContactBounds(false),
      refusal: (address: string) =>
        address === lab.addresses.public ? undefined : `${address} is not on the internet`,
    };
    try {
      await lab.fault("bridge-private-only");
      const { findings, text, report } = await look({ login: lab.member, contacts });
      expect(findings, `${text}\n${lab.logs()}`).to.deep.equal(["media no_public_candidate"]);
      expect(report.headline).to.match(
        /^Only who goes through the relay is heard at .*: the videobridge tells people no/,
      );
    } finally {
      await lab.mend();
    }
  });

  const faults: readonly (readonly [FaultName, string, RegExp])[] = [
    ["guest-host-missing", "signaling host_unknown", /^Guests cannot come in at meet\.lab\.test/],
    ["turn-secret", "relay credential_refused", /^People behind a strict firewall cannot meet/],
    ["turn-certificate-expired", "relay cert_expired", /^Not everybody gets through to the relay/],
    ["turn-open-relay", "relay private_peer_allowed", /^(?:People can meet|Look after)/],
    [
      "bridge-stopped",
      "media no_bridge",
      /^Sound and picture do not come through .*: jicofo has no videobridge/,
    ],
  ];
  for (const [fault, found, headline] of faults) {
    it(`tells ${fault} as ${found}, and nothing else`, async () => {
      try {
        await lab.fault(fault);
        const { findings, report, text } = await look(found.startsWith("media") ? { login: lab.member } : {});
        expect(findings, `${text}\n${lab.logs()}`).to.deep.equal([found]);
        expect(report.headline).to.match(headline);
      } finally {
        await lab.mend();
      }
    });
  }
});
