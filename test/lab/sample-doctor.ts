/** Reports of `convene doctor` for tests, put together rung by rung. */
import type { CheckResult } from "../../src/checks/check.ts";
import { consequenceOf } from "../../src/doctor/consequence.ts";
import { judge } from "../../src/doctor/judge.ts";
import {
  type AskedRung,
  type DoctorReport,
  type Finding,
  REPORT_FORMAT,
  type Rung,
  type RungName,
} from "../../src/doctor/report.ts";

const CHECK: CheckResult = {
  name: "sample",
  kind: "sample",
  target: "sample",
  ok: true,
  reason: "ok",
  message: "",
  severity: "ok",
  phases: [],
  evidence: {},
  checkedAt: 0,
};

/** A rung with one check behind it; its state is that of its worst finding. */
export function askedRung(name: RungName, summary: string, more: Partial<AskedRung> = {}): AskedRung {
  const findings = more.findings ?? [];
  const critical = findings.some(({ severity }) => severity === "critical");
  const state = critical ? "failed" : findings.length > 0 ? "warning" : "ok";
  const consequence = consequenceOf(name, "meet.test", more.consequence);
  const noticed = critical ? { consequence } : {};
  return {
    name,
    state,
    summary,
    findings,
    notes: [],
    checks: [CHECK],
    milliseconds: 20,
    ...more,
    ...noticed,
  };
}

export function skippedRung(name: RungName, because: string): Rung {
  return { name, state: "not_asked", because };
}

export function sampleFinding(reason: string, more: Partial<Finding> = {}): Finding {
  const message = `it is ${reason}`;
  return {
    reason,
    severity: "critical",
    target: "meet.test:443",
    message,
    advice: "mend it",
    evidence: {},
    ...more,
  };
}

export function sampleReport(rungs: readonly Rung[]): DoctorReport {
  const target = { host: "meet.test", port: 443 };
  return {
    format: REPORT_FORMAT,
    domain: target.host,
    port: target.port,
    startedAt: "2026-11-26T21:00:00.000Z",
    milliseconds: 6_240,
    ...judge(target, rungs),
    rungs,
  };
}
