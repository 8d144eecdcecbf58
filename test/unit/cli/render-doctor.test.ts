/** The report of `convene doctor` as people see it, line by line. */
import { expect } from "chai";
import { renderDoctorHeading, renderRungs, renderVerdict } from "../../../src/cli/render-doctor.ts";
import type { DoctorReport } from "../../../src/doctor/report.ts";
import { Secret } from "../../../src/system/secret.ts";
import { DOCTOR_REQUEST } from "../../lab/doctor-tools.ts";
import { askedRung, sampleFinding, sampleReport, skippedRung } from "../../lab/sample-doctor.ts";

const PLAIN = { colours: false, columns: 80, live: false };
function page(report: DoctorReport, paper = PLAIN): string {
  return [
    ...renderDoctorHeading(DOCTOR_REQUEST, paper),
    ...renderRungs(report.rungs, paper),
    ...renderVerdict(report, paper),
  ].join("\n");
}

const HEALTHY = [
  askedRung("name", "203.0.113.10, 2001:db8::10"),
  askedRung("port", "443 is open on 2 addresses"),
  askedRung("certificate", "valid until 2027-01-14 (Let's Encrypt)"),
  askedRung("page", "a Jitsi Meet of the XMPP domain meet.test"),
  askedRung("signaling", "WebSocket and BOSH; guests may come in, members have accounts"),
];

describe("doctor's report", () => {
  it("is calm about a healthy site", () => {
    expect(page(sampleReport(HEALTHY))).to.equal(`meet.test, as a stranger sees it

✓ name         203.0.113.10, 2001:db8::10
✓ port         443 is open on 2 addresses
✓ certificate  valid until 2027-01-14 (Let's Encrypt)
✓ page         a Jitsi Meet of the XMPP domain meet.test
✓ signaling    WebSocket and BOSH; guests may come in, members have accounts

People can meet at meet.test

5 checks in 6.2 s`);
  });

  it("tells one cause once: the headline, where, what was seen, what to do", () => {
    const expired = sampleFinding("cert_expired", {
      message: "the certificate expired on 2026-11-14, 12 days ago",
      evidence: {
        notAfter: "2026-11-14T06:01:37.000Z",
        fingerprint: "719fd4",
        findings: "cert_expired",
        chainLength: 1,
      },
      advice:
        "renew it (certbot renew) and let the service load it (nginx -s reload; coturn: systemctl kill -s USR2 coturn)",
    });
    const because = "the certificate is refused";
    const rungs = [
      ...HEALTHY.slice(0, 2),
      askedRung("certificate", expired.message, { findings: [expired] }),
      skippedRung("page", because),
      skippedRung("signaling", because),
      skippedRung("login", because),
    ];
    expect(page(sampleReport(rungs))).to.equal(`meet.test, as a stranger sees it

✓ name         203.0.113.10, 2001:db8::10
✓ port         443 is open on 2 addresses
✗ certificate  the certificate expired on 2026-11-14, 12 days ago
– not asked    page, signaling, login, because the certificate is refused

Browsers refuse meet.test: the certificate expired on 2026-11-14, 12 days ago

  where        meet.test:443
  seen         notAfter=2026-11-14T06:01:37.000Z
  do           renew it (certbot renew) and let the service load it (nginx -s
               reload; coturn: systemctl kill -s USR2 coturn)

3 checks in 6.2 s`);
  });

  it("tells several findings apart, warnings too, and what was left out", () => {
    const closed = sampleFinding("port_closed", {
      target: "turn.test:5349/tls",
      message: "nothing listens at turn.test:5349",
    });
    const old = sampleFinding("cert_expiring", {
      severity: "warning",
      message: "the certificate expires soon",
    });
    const rungs = [
      askedRung("name", "203.0.113.10", { notes: ["not asked: 10.0.0.1, because it is private"] }),
      askedRung("certificate", "valid", { findings: [old] }),
      skippedRung("login", "one thing"),
      skippedRung("services", "another"),
      askedRung("relay", "udp ✓, tls ✗", {
        findings: [closed],
        consequence: "Not everybody gets through to the relay of",
      }),
    ];
    expect(page(sampleReport(rungs))).to.equal(`meet.test, as a stranger sees it

✓ name         203.0.113.10
               not asked: 10.0.0.1, because it is private
! certificate  valid
– not asked    login, because one thing
– not asked    services, because another
✗ relay        udp ✓, tls ✗

Not everybody gets through to the relay of meet.test: nothing listens at
turn.test:5349

✗ relay        nothing listens at turn.test:5349
  where        turn.test:5349/tls
  do           mend it

! certificate  the certificate expires soon
  where        meet.test:443
  do           mend it

3 checks in 6.2 s`);
  });

  it("lets nothing that a server said drive the terminal", () => {
    const evil = "\u001b[31mred\u001b]0;title\u0007\r\n\u202eesrever\u009b2J";
    const finding = sampleFinding("not_jitsi", {
      message: evil,
      target: evil,
      evidence: { [evil]: evil },
      advice: evil,
    });
    const rung = askedRung("page", evil, { findings: [finding, finding], notes: [evil] });
    const text = page(sampleReport([rung, skippedRung("login", evil)]));
    expect(text.replaceAll("\n", "")).not.to.match(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e]/);
    expect(text).to.include("\\u{1b}[31mred");
  });

  it("fits 80 columns, and a narrow terminal", () => {
    const words = "a long sentence of many words that goes on and on ".repeat(6).trim();
    const finding = sampleFinding("x", {
      message: words,
      advice: words,
      evidence: { first: words, second: words },
    });
    const rungs = [
      askedRung("services", words, { findings: [finding], notes: [words] }),
      skippedRung("room", words),
    ];
    for (const columns of [80, 60, 10]) {
      const lines = page(sampleReport(rungs), { colours: false, columns, live: false }).split("\n");
      const longest = Math.max(...lines.map(({ length }) => length));
      expect(longest, `${columns}`).to.be.at.most(Math.max(40, columns));
    }
  });

  it("has colours on a terminal, and the same words", () => {
    const report = sampleReport([...HEALTHY, askedRung("relay", "none", { findings: [sampleFinding("x")] })]);
    const coloured = page(report, { colours: true, columns: 80, live: false });
    expect(coloured).to.include("\u001b[32m✓").and.include("\u001b[31m✗");
    expect(coloured.replaceAll(/\u001b\[\d+m/g, "")).to.equal(page(report));
  });

  it("says whose eyes it has, and another port than https's own", () => {
    const login = { username: "m.meier", password: new Secret("x") };
    const [heading] = renderDoctorHeading(
      { ...DOCTOR_REQUEST, target: { host: "meet.test", port: 8443 }, login },
      PLAIN,
    );
    expect(heading).to.equal("meet.test, port 8443, as a stranger and m.meier see it");
  });
});
