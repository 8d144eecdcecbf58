/** A refusal that shows a site to be as it is meant is a good check, for machines that read `--json` too. */
import { expect } from "chai";
import type { CheckResult } from "../../../src/checks/check.ts";
import type { Knowledge } from "../../../src/doctor/knowledge.ts";
import type { Step } from "../../../src/doctor/step.ts";
import { loginStep } from "../../../src/doctor/steps/login-step.ts";
import { roomStep } from "../../../src/doctor/steps/room-step.ts";
import { createTools } from "../../../src/doctor/tools.ts";
import { labRun } from "../../lab/check-runs.ts";
import { knownSite } from "../../lab/doctor-known.ts";
import { asked, DOCTOR_REQUEST } from "../../lab/doctor-tools.ts";
import { type ScriptedOptions, startScriptedXmpp } from "../../lab/scripted-xmpp.ts";

const GUEST = { kind: "guest" } as const;

function refusedStanza(condition: string): string {
  const error = `<error type="auth"><${condition} xmlns="urn:ietf:params:xml:ns:xmpp-stanzas"/></error>`;
  return `<iq xmlns="jabber:client" type="error" id="{id}" from="focus.meet.test">${error}</iq>`;
}

function refusedLogin(words: string): string {
  return `<failure xmlns="urn:ietf:params:xml:ns:xmpp-sasl"><not-allowed/><text>${words}</text></failure>`;
}

describe("a refusal", () => {
  /** The step's one check, and how many findings came of it. */
  async function climb(step: Step, instead: ScriptedOptions["instead"]): Promise<[CheckResult, number]> {
    const server = await startScriptedXmpp({ mechanisms: ["ANONYMOUS"], ...(instead && { instead }) });
    const site = knownSite(false, { logins: [GUEST] });
    const target = { ...site.signaling.target, address: "127.0.0.1", port: server.port, secure: false };
    const known: Knowledge = { ...site, signaling: { ...site.signaling, target } };
    const checks: CheckResult[] = [];
    try {
      const { findings } = asked(
        await step.run(known, createTools(DOCTOR_REQUEST, labRun().run.context, checks)),
      );
      const [check] = checks;
      if (check === undefined) throw new Error("nothing was asked");
      return [check, findings.length];
    } finally {
      await server.stop();
    }
  }

  it("of a guest who may not open rooms is a good check that says so", async () => {
    const [check, findings] = await climb(roomStep, { stanza: [refusedStanza("not-authorized")] });
    expect(check).to.include({
      ok: true,
      reason: "ok",
      severity: "ok",
      message: "a guest may not open a room, as it should be",
    });
    expect(check.evidence).to.include({ condition: "not-authorized" });
    expect(findings).to.equal(0);
  });

  it("of a guest without a token is a good check that says so", async () => {
    const [check, findings] = await climb(loginStep, { auth: [refusedLogin("token required")] });
    expect(check).to.include({ ok: true, reason: "ok", severity: "ok" });
    expect(check.message).to.include("asked for a token");
    expect(findings).to.equal(0);
  });

  it("for any other reason is a failure", async () => {
    const [room] = await climb(roomStep, { stanza: [refusedStanza("forbidden")] });
    expect(room).to.include({ ok: false, reason: "focus_refused" });
    const [login] = await climb(loginStep, { auth: [refusedLogin("full")] });
    expect(login).to.include({ ok: false, reason: "guest_refused" });
  });
});
