/** The examination: one rung after the other over growing knowledge, until the ladder or the time ends. */
import type { CheckContext, CheckResult } from "../checks/check.ts";
import type { ContactPolicy } from "../checks/connect/contact-policy.ts";
import { createCheckContext } from "../checks/check-context.ts";
import type { MediaLauncher } from "../checks/media/media-launcher.ts";
import { type Clock, startStopwatch } from "../system/clock.ts";
import { consequenceOf } from "./consequence.ts";
import { type CutShort, judge } from "./judge.ts";
import type { Because, Knowledge, Learnt } from "./knowledge.ts";
import { printableRung } from "./printable-rung.ts";
import {
  type AskedRung,
  type DoctorReport,
  type Finding,
  REPORT_FORMAT,
  type Rung,
  type RungName,
} from "./report.ts";
import type { DoctorRequest } from "./request.ts";
import { createResolver, type Lookup } from "./resolver.ts";
import type { Step } from "./step.ts";
import { certificateStep } from "./steps/certificate-step.ts";
import { loginStep } from "./steps/login-step.ts";
import { mediaStep } from "./steps/media-step.ts";
import { nameStep } from "./steps/name-step.ts";
import { pageStep } from "./steps/page-step.ts";
import { portStep } from "./steps/port-step.ts";
import { relayStep } from "./steps/relay-step.ts";
import { roomStep } from "./steps/room-step.ts";
import { servicesStep } from "./steps/services-step.ts";
import { signalingStep } from "./steps/signaling-step.ts";
import { createTools } from "./tools.ts";

export interface Surroundings {
  readonly clock: Clock;
  /** Aborts when the person has seen enough: what is known by then is the report. */
  readonly signal: AbortSignal;
  readonly lookup: Lookup;
  readonly contacts: ContactPolicy;
  readonly media: MediaLauncher;
  readonly transcript: (line: string) => void;
  /** Called before a rung that may take a while. */
  readonly onStep: (rung: RungName) => void;
  /** Called with every rung as soon as it is known. */
  readonly onRung: (rung: Rung) => void;
}

const STEPS: readonly Step[] = [
  nameStep,
  portStep,
  certificateStep,
  pageStep,
  signalingStep,
  loginStep,
  servicesStep,
  relayStep,
  roomStep,
  mediaStep,
];

/** Never throws for what the network or a server does. */
export async function examine(request: DoctorRequest, around: Surroundings): Promise<DoctorReport> {
  const { clock } = around;
  const started = clock.now();
  const elapsed = startStopwatch(clock);
  const deadline = AbortSignal.timeout(request.timeout);
  const context = createCheckContext({
    clock,
    signal: AbortSignal.any([around.signal, deadline]),
    transcript: around.transcript,
    extraRoots: request.extraRoots,
    resolve: createResolver(request.pins, around.lookup),
    contacts: around.contacts,
    media: around.media,
  });
  let known: Knowledge = { target: request.target, instead: {} };
  const rungs: Rung[] = [];
  const stopped = (): string => (around.signal.aborted ? "it was stopped" : "the time was over");
  for (const step of STEPS) {
    around.onStep(step.rung);
    const { rung: found, learnt, instead } = await climb(step, known, { request, context }, stopped);
    const rung = printableRung(found);
    known = { ...known, ...learnt, instead: { ...known.instead, ...instead } };
    rungs.push(rung);
    around.onRung(rung);
  }
  return {
    format: REPORT_FORMAT,
    domain: request.target.host,
    port: request.target.port,
    startedAt: new Date(started).toISOString(),
    milliseconds: elapsed(),
    ...judge(request.target, rungs, whyCut(around.signal, deadline)),
    rungs,
  };
}

function whyCut(person: AbortSignal, deadline: AbortSignal): CutShort | undefined {
  if (person.aborted) return "stopped";
  return deadline.aborted ? "late" : undefined;
}

interface Circumstances {
  readonly request: DoctorRequest;
  readonly context: CheckContext;
}

interface Climbed {
  readonly rung: Rung;
  readonly learnt?: Learnt | undefined;
  readonly instead?: Because | undefined;
}

async function climb(
  step: Step,
  known: Knowledge,
  { request, context }: Circumstances,
  stopped: () => string,
): Promise<Climbed> {
  const skipped = (because: string, instead?: Because): Climbed => ({
    rung: { name: step.rung, state: "not_asked", because },
    instead,
  });
  if (context.signal.aborted) return skipped(stopped());
  const checks: CheckResult[] = [];
  const elapsed = startStopwatch(context.clock);
  const outcome = await step.run(known, createTools(request, context, checks));
  if (!outcome.asked) return skipped(outcome.because, outcome.instead);
  const { summary, findings, notes = [], learnt, instead } = outcome;
  const cutShort = checks.some(({ reason }) => reason === "aborted");
  if (cutShort && findings.length === 0) return skipped(stopped());
  const milliseconds = elapsed();
  const state = stateOf(findings);
  const consequence = consequenceOf(step.rung, request.target.host, outcome.consequence);
  const noticed = state === "failed" ? { consequence } : {};
  const rung = { name: step.rung, state, summary, ...noticed, findings, notes, checks, milliseconds };
  return { rung, learnt, instead };
}

function stateOf(findings: readonly Finding[]): AskedRung["state"] {
  if (findings.some(({ severity }) => severity === "critical")) return "failed";
  return findings.length > 0 ? "warning" : "ok";
}
