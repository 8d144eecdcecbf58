/** Asks every candidate of a bridge once, all at the same time, and says which answered and which did not. */
import { CheckFailure, type CheckRun } from "../check-run.ts";
import { addressText, type CandidateTarget } from "./candidate-targets.ts";
import { checkMediaPort } from "./media-port.ts";
import type { MediaReason } from "./media-reasons.ts";
import type { MediaTransport } from "./media-transport.ts";

export interface Probed {
  readonly target: CandidateTarget;
  /** Undefined when it answered. */
  readonly failure: CheckFailure | undefined;
}

export async function probeTargets(
  targets: readonly CandidateTarget[],
  transport: MediaTransport,
  run: CheckRun,
): Promise<readonly Probed[]> {
  return await Promise.all(targets.map((target) => probe(target, transport, run)));
}

async function probe(target: CandidateTarget, transport: MediaTransport, run: CheckRun): Promise<Probed> {
  try {
    await checkMediaPort(target.to, transport, run);
    return { target, failure: undefined };
  } catch (error) {
    if (!(error instanceof CheckFailure)) throw error;
    return { target, failure: error };
  }
}

/** `10.10.1.21:10000 answers, 203.0.113.10:10000 (asked at 192.168.1.20) does not answer`. */
export function describeProbes(probes: readonly Probed[]): string {
  return probes.map(({ target, failure }) => `${describeTarget(target)} ${wordsOf(failure)}`).join(", ");
}

function wordsOf(failure: CheckFailure | undefined): string {
  if (failure === undefined) return "answers";
  const reason: string = failure.reason;
  if (reason === ("media_no_answer" satisfies MediaReason)) return "does not answer";
  return reason === ("media_port_closed" satisfies MediaReason) ? "is closed" : `(${failure.message})`;
}

function describeTarget({ candidate, to }: CandidateTarget): string {
  const told = addressText({ address: candidate.ip, port: candidate.port });
  return candidate.ip === to.address ? told : `${told} (asked at ${to.address})`;
}
