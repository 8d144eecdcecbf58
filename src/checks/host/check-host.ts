/** `convene check host`: the machine underneath, one result for each thing looked at. */
import { startStopwatch } from "../../system/clock.ts";
import type { CheckContext, CheckResult } from "../check.ts";
import { printable } from "../printable.ts";
import { checkClock } from "./check-clock.ts";
import { checkDns } from "./check-dns.ts";
import { checkFirewalls } from "./check-firewalls.ts";
import { checkPorts } from "./check-ports.ts";
import { checkResources } from "./check-resources.ts";
import type { HostExpectation } from "./host-expectation.ts";
import type { HostFinding } from "./host-finding.ts";
import type { HostReaders } from "./host-readers.ts";
import { hostReasons } from "./host-reasons.ts";

export type HostContext = Pick<CheckContext, "clock" | "signal" | "transcript">;

interface Part {
  readonly name: string;
  readonly look: () => Promise<readonly HostFinding[]>;
}

/** Never throws: a part that cannot be read is a finding `unreadable`. */
export async function checkHost(
  expectation: HostExpectation,
  readers: HostReaders,
  context: HostContext,
): Promise<readonly CheckResult[]> {
  const parts: readonly Part[] = [
    { name: "dns", look: () => checkDns(expectation, readers) },
    { name: "ports", look: () => checkPorts(expectation, readers) },
    { name: "firewall", look: () => checkFirewalls(readers) },
    { name: "resources", look: () => checkResources(expectation, readers) },
    { name: "clock", look: async () => [await checkClock(expectation.dateUrl, readers, context)] },
  ];
  const results = await Promise.all(parts.map((part) => lookAt(part, context)));
  return results.flat();
}

async function lookAt(part: Part, context: HostContext): Promise<readonly CheckResult[]> {
  const started = context.clock.now();
  const elapsed = startStopwatch(context.clock);
  const findings = await part.look().catch((error: unknown) => [unreadable(part.name, error)]);
  const milliseconds = elapsed();
  for (const { subject, reason, message } of findings)
    context.transcript(printable(`${subject}: ${reason} ${message}`));
  return findings.map((finding) => toResult(finding, { name: part.name, milliseconds }, started));
}

function unreadable(subject: string, error: unknown): HostFinding {
  return { subject, reason: "unreadable", message: error instanceof Error ? error.message : String(error) };
}

function toResult(
  finding: HostFinding,
  phase: CheckResult["phases"][number],
  checkedAt: number,
): CheckResult {
  const { subject, reason, evidence = {} } = finding;
  const base = {
    name: `host ${subject}`,
    kind: "host",
    target: subject,
    phases: [phase],
    evidence,
    checkedAt,
  };
  const message = printable(finding.message);
  if (reason === "ok") return { ...base, ok: true, reason, message, severity: "ok" };
  const { severity, hint } = hostReasons[reason];
  return { ...base, ok: false, reason, message, severity: finding.severity ?? severity, hint };
}
