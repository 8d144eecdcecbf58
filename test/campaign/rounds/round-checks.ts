/** What a round consists of: every check that is shipped, and the kinds that no shipped manifest uses yet. */
import type { DesiredCheck } from "../../../src/model/desired-state.ts";
import type { MeetingLab } from "../../lab/meeting-lab.ts";

/** The checks as they are shipped; `hold` of a bridge's connections when it is not to be the shipped one. */
export function roundChecks(lab: MeetingLab, hold?: string): readonly DesiredCheck[] {
  const shipped = lab.checks.map((check) => {
    if (check.kind !== "bridge" || hold === undefined) return check;
    return { ...check, spec: { ...check.spec, hold } };
  });
  return [...shipped, ...unshipped(lab)];
}

export function isConference({ kind }: DesiredCheck): boolean {
  return kind === "conference";
}

function unshipped({ domain, addresses }: MeetingLab): readonly DesiredCheck[] {
  return [
    { name: "name", kind: "dns", spec: { name: domain, expect: [addresses.public], only: true } },
    { name: "port", kind: "tcp", spec: { host: domain, port: 443, silentFor: "100ms" } },
  ];
}
