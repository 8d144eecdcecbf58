/** Lets `convene doctor` look at a test's servers, with the report as data and as people see it. */
import { join } from "node:path";
import { renderRungs, renderVerdict } from "../../src/cli/render-doctor.ts";
import type { ContactPolicy } from "../../src/checks/connect/contact-policy.ts";
import { createMediaLauncher } from "../../src/checks/media/media-launcher.ts";
import { createContactBounds } from "../../src/doctor/contact-bounds.ts";
import { examine } from "../../src/doctor/examine.ts";
import type { DoctorReport, Finding, RungName } from "../../src/doctor/report.ts";
import { DOCTOR_REQUEST } from "./doctor-tools.ts";
import type { DoctorRequest } from "../../src/doctor/request.ts";
import { systemClock } from "../../src/system/clock.ts";

export interface Visit {
  readonly report: DoctorReport;
  readonly text: string;
  readonly transcript: string;
  /** `RUNG reason` of every finding. */
  readonly findings: readonly string[];
  readonly finding: (reason: string) => Finding | undefined;
  /** Goes on after "not asked, because". */
  readonly because: (rung: RungName) => string | undefined;
}

export type VisitRequest = Pick<DoctorRequest, "target"> &
  Partial<DoctorRequest> & { readonly signal?: AbortSignal; readonly contacts?: ContactPolicy };

/** Names other than pinned ones are unknown to DNS; addresses of every kind are contacted unless the request says no. */
export async function visit({ signal, contacts, ...given }: VisitRequest): Promise<Visit> {
  const lines: string[] = [];
  const nothing = { ...DOCTOR_REQUEST, allowPrivate: true };
  const request: DoctorRequest = { ...nothing, ...given };
  const report = await examine(request, {
    clock: systemClock,
    signal: signal ?? new AbortController().signal,
    lookup: (host) => Promise.reject(Object.assign(new Error(`no ${host}`), { code: "ENOTFOUND" })),
    contacts: contacts ?? createContactBounds(request.allowPrivate),
    media: createMediaLauncher(join(import.meta.dirname, "../../src/checks/media/media-child.ts")),
    transcript: (line) => lines.push(line),
    onStep: () => undefined,
    onRung: () => undefined,
  });
  const paper = { colours: false, columns: 80, live: false };
  const asked = report.rungs.filter((rung) => rung.state !== "not_asked");
  return {
    report,
    text: [...renderRungs(report.rungs, paper), ...renderVerdict(report, paper)].join("\n"),
    transcript: lines.join("\n"),
    findings: asked.flatMap((rung) => rung.findings.map(({ reason }) => `${rung.name} ${reason}`)),
    finding: (reason) => asked.flatMap(({ findings }) => findings).find((one) => one.reason === reason),
    because: (name) => {
      const rung = report.rungs.find((one) => one.name === name);
      return rung?.state === "not_asked" ? rung.because : undefined;
    },
  };
}
