/** What the rungs mean together: the verdict and the headline. */
import { expect } from "chai";
import { judge } from "../../../src/doctor/judge.ts";
import type { AskedRung, Finding, Rung, RungName } from "../../../src/doctor/report.ts";
import { askedRung, sampleFinding } from "../../lab/sample-doctor.ts";

const TARGET = { host: "meet.test", port: 443 };

function asked(name: RungName, findings: readonly Finding[] = []): AskedRung {
  return askedRung(name, "", { findings });
}

function found(reason: string, severity: Finding["severity"] = "critical"): Finding {
  return sampleFinding(reason, { severity });
}

function skipped(name: RungName, because = "nobody may open a room"): Rung {
  return { name, state: "not_asked", because };
}

describe("doctor's verdict", () => {
  it("is that people can meet when every rung holds, and less when some could not be asked", () => {
    expect(judge(TARGET, [asked("name"), asked("media")])).to.deep.equal({
      verdict: "works",
      headline: "People can meet at meet.test",
    });
    expect(judge(TARGET, [asked("name"), skipped("media")])).to.deep.equal({
      verdict: "partly_seen",
      headline:
        "As far as a stranger sees, meet.test works; no meeting was tried, because nobody may open a room",
    });
  });

  it("is that people can meet as soon as they have met, and what was not asked beside it", () => {
    const relayless = [asked("name"), skipped("relay", "the site tells of none"), asked("media")];
    expect(judge(TARGET, relayless)).to.deep.equal({
      verdict: "partly_seen",
      headline: "People can meet at meet.test; not asked: relay, because the site tells of none",
    });
    const warned = [...relayless, asked("room", [found("cert_expiring", "warning")])];
    expect(judge(TARGET, warned).headline).to.equal("People can meet at meet.test, but: it is cert_expiring");
  });

  it("names the lowest broken rung, also above a warning", () => {
    const rungs = [
      asked("certificate", [found("cert_expiring", "warning")]),
      asked("signaling", [found("minor", "warning"), found("host_unknown")]),
      asked("relay", [found("unauthorized")]),
    ];
    expect(judge(TARGET, rungs)).to.deep.equal({
      verdict: "findings",
      headline: "Nobody can enter a meeting at meet.test: it is host_unknown",
      since: "signaling",
    });
  });

  it("leaves a warning a warning", () => {
    const rungs = [asked("name"), asked("certificate", [found("cert_expiring", "warning")]), asked("media")];
    expect(judge(TARGET, rungs)).to.deep.equal({
      verdict: "findings",
      headline: "People can meet at meet.test, but: it is cert_expiring",
      since: "certificate",
    });
  });

  it("does not promise a meeting that nobody tried", () => {
    const rungs = [asked("certificate", [found("cert_expiring", "warning")]), skipped("media")];
    expect(judge(TARGET, rungs).headline).to.equal("Look after meet.test: it is cert_expiring");
  });

  it("says of another site, and of our own trouble, nothing but that", () => {
    const other = judge(TARGET, [asked("page", [found("not_jitsi")])]);
    expect(other).to.deep.equal({ verdict: "not_jitsi", headline: "It is not_jitsi", since: "page" });
    const ours = judge(TARGET, [asked("name", [found("resolver_failed")])]);
    expect(ours).to.deep.equal({ verdict: "unknown", headline: "It is resolver_failed" });
  });

  it("is unknown when it was stopped with nothing found, and not when something was", () => {
    expect(judge(TARGET, [asked("name"), skipped("media")], "stopped").verdict).to.equal("unknown");
    const broken = [asked("name"), asked("port", [found("port_closed")]), skipped("media")];
    expect(judge(TARGET, broken, "stopped")).to.include({ verdict: "findings", since: "port" });
  });
});
