/** `convene doctor` on a whole site: healthy, and with faults, each told as its one cause on the right rung. */
import { expect } from "chai";
import type { DoctorRequest } from "../../src/doctor/request.ts";
import { type Visit, visit } from "../lab/doctor-visit.ts";
import type { FaultName } from "../lab/meeting-lab-faults.ts";
import { type MeetingLab, startMeetingLab } from "../lab/meeting-lab.ts";

describe("doctor on a whole site", function () {
  this.timeout(60_000);
  let lab: MeetingLab;

  before(async () => {
    lab = await startMeetingLab();
  });
  after(() => lab?.stop());

  async function look(more: Partial<DoctorRequest> = {}): Promise<Visit> {
    const pins = new Map([lab.domain, lab.turnDomain].map((name) => [name, [lab.addresses.public]] as const));
    const target = { host: lab.domain, port: 443 };
    return await visit({ target, pins, extraRoots: lab.extraRoots, ...more });
  }

  it("finds nothing wrong with a healthy one, and says how far a stranger sees", async () => {
    const { report, findings, text } = await look();
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
  });

  it("looks further as a member, whose password it tells nobody", async () => {
    const { findings, text, transcript, report } = await look({ login: lab.member });
    expect(findings, text).to.deep.equal([]);
    expect(text.replaceAll(/\s+/g, " ")).to.include(`${lab.member.username} opens a room`);
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
      const { findings, text, transcript } = await look({ login: lab.member });
      expect(findings, text).to.deep.equal([]);
      expect(text).to.include("BOSH; guests may come in").and.include("config.js names no WebSocket");
      expect(text).to.include(`guest ✓, ${lab.member.username} ✓`);
      expect(transcript).not.to.include("WebSocket upgrade");
    } finally {
      await lab.mend();
    }
  });

  const faults: readonly (readonly [FaultName, string, RegExp])[] = [
    [
      "page-certificate-expired",
      "certificate cert_expired",
      /^Browsers refuse meet\.lab\.test: the certificate expired/,
    ],
    ["websocket-not-proxied", "signaling websocket_is_page", /the WebSocket does not reach Prosody/],
    ["prosody-stopped", "signaling prosody_down", /the web server is there, but not Prosody/],
    ["guest-host-missing", "signaling host_unknown", /^Guests cannot come in at meet\.lab\.test/],
    ["turn-secret", "relay credential_refused", /^People behind a strict firewall cannot meet/],
    ["turn-certificate-expired", "relay cert_expired", /^Not everybody gets through to the relay/],
    [
      "turn-stopped",
      "relay port_closed",
      /nothing listens at turn\.lab\.test \(3478\/udp, 3478\/tcp, 5349\)$/,
    ],
    ["turn-external-address", "relay wrong_relayed_address", /said to be at 192\.0\.2\.99/],
    ["turn-open-relay", "relay private_peer_allowed", /^(?:People can meet|Look after)/],
    ["focus-stopped", "room focus_missing", /^No meeting begins at meet\.lab\.test: jicofo is not there/],
  ];
  for (const [fault, found, headline] of faults) {
    it(`tells ${fault} as ${found}, and nothing else`, async () => {
      try {
        await lab.fault(fault);
        const { findings, report, text } = await look();
        expect(findings, `${text}\n${lab.logs()}`).to.deep.equal([found]);
        expect(report.headline).to.match(headline);
      } finally {
        await lab.mend();
      }
    });
  }
});
