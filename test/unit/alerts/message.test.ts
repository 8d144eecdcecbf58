import { expect } from "chai";
import * as fc from "fast-check";
import type { Notification } from "../../../src/alerts/alert.ts";
import { messageOf } from "../../../src/alerts/message.ts";
import { webhookBody } from "../../../src/alerts/receivers/webhook-body.ts";

const base: Notification = {
  kind: "firing",
  name: "CheckFailing",
  subject: "turn-udp",
  severity: "critical",
  reason: "no_answer",
  message: "nothing came back from 192.0.2.10:3478",
  hint: "open UDP 3478 in the firewall",
  evidence: { target: "turn.example:3478" },
  site: "meet",
  url: "https://meet.example/",
  startsAt: Date.UTC(2026, 10, 22, 9, 0, 5),
  at: Date.UTC(2026, 10, 22, 9, 2),
};

describe("a message for people", () => {
  it("says severity, what, where, since, reason, evidence and what to do next, in this order", () => {
    expect(messageOf([base])).to.deep.equal({
      subject: "[convene meet] CRITICAL: CheckFailing turn-udp",
      text: [
        "CRITICAL: CheckFailing turn-udp",
        "  where     meet (https://meet.example/)",
        "  since     2026-11-22 09:00:05 UTC",
        "  reason    no_answer: nothing came back from 192.0.2.10:3478",
        "  evidence  target=turn.example:3478",
        "  next      open UDP 3478 in the firewall",
        "",
      ].join("\n"),
    });
  });

  it("says what else is taken down, to people and to webhooks", () => {
    const wide = { ...base, also: ["turn-tls", "conference"] };
    expect(messageOf([wide]).text).to.contain("\n  also      turn-tls, conference\n  evidence ");
    expect(webhookBody("hook", [wide])).to.have.nested.property(
      "alerts[0].annotations.also",
      "turn-tls, conference",
    );
    expect(webhookBody("hook", [base])).not.to.have.nested.property("alerts[0].annotations.also");
  });

  it("puts what is worst into the subject", () => {
    const resolved: Notification = { ...base, kind: "resolved", subject: "page", endsAt: base.at };
    const warning: Notification = { ...base, severity: "warning", subject: "certificate" };
    expect(messageOf([resolved, warning, base]).subject).to.equal(
      "[convene meet] CRITICAL: CheckFailing turn-udp and 2 more",
    );
    expect(messageOf([resolved]).subject).to.equal("[convene meet] RESOLVED: CheckFailing page");
  });

  it("keeps other programs' words on their own line", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), fc.string({ unit: "binary" }), (message, evidence) => {
        const { subject, text } = messageOf([
          { ...base, message, evidence: { said: evidence }, site: evidence },
        ]);
        expect(text.trimEnd().split("\n").length).to.equal(6);
        expect(`${subject}${text}`.replaceAll("\n", "")).not.to.match(/[\p{Cc}\p{Zl}\p{Zp}]/u);
      }),
      { numRuns: 50 },
    );
  });
});

describe("the body for Alertmanager's webhook receivers", () => {
  it("has the shape of version 4", () => {
    expect(webhookBody("chat", [base])).to.deep.equal({
      version: "4",
      groupKey: '{}:{site="meet"}',
      truncatedAlerts: 0,
      status: "firing",
      receiver: "chat",
      groupLabels: { site: "meet" },
      commonLabels: { alertname: "CheckFailing", subject: "turn-udp", severity: "critical", site: "meet" },
      commonAnnotations: {
        summary: "CheckFailing turn-udp: no_answer",
        description: "nothing came back from 192.0.2.10:3478",
        reason: "no_answer",
        hint: "open UDP 3478 in the firewall",
        evidence_target: "turn.example:3478",
      },
      externalURL: "https://meet.example/",
      alerts: [
        {
          status: "firing",
          labels: { alertname: "CheckFailing", subject: "turn-udp", severity: "critical", site: "meet" },
          annotations: {
            summary: "CheckFailing turn-udp: no_answer",
            description: "nothing came back from 192.0.2.10:3478",
            reason: "no_answer",
            hint: "open UDP 3478 in the firewall",
            evidence_target: "turn.example:3478",
          },
          startsAt: "2026-11-22T09:00:05.000Z",
          endsAt: "0001-01-01T00:00:00Z",
          generatorURL: "https://meet.example/",
          fingerprint: "21232b8bb30f337d",
        },
      ],
    });
  });

  it("keeps the fingerprint while reason, words and severity change", () => {
    const prints = [base, { ...base, reason: "other", message: "m", severity: "warning" } as const].map(
      (one) => /"fingerprint":"([0-9a-f]{16})"/.exec(JSON.stringify(webhookBody("chat", [one])))?.[1],
    );
    expect(new Set(prints).size).to.equal(1);
  });

  it("is resolved when everything in it is, and shares only what all have in common", () => {
    const resolved: Notification = { ...base, kind: "resolved", subject: "page", endsAt: base.at };
    expect(webhookBody("chat", [resolved])).to.include({ status: "resolved" });
    expect(webhookBody("chat", [resolved, base])).to.deep.include({
      status: "firing",
      commonLabels: { alertname: "CheckFailing", severity: "critical", site: "meet" },
    });
  });
});
