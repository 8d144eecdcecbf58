/** What to do about a check's reason, said for any Jitsi and not only for one that convene looks after. */
import type { CheckResult } from "../../checks/check.ts";
import { certificateAdvice } from "./certificate-advice.ts";
import { certificateSentence } from "./certificate-sentences.ts";
import { commonAdvice, connectAdvice, connectSentences } from "./connect-advice.ts";
import { mediaAdvice, mediaSentences } from "./media-advice.ts";
import { relayAdvice, relaySentences } from "./relay-advice.ts";
import { signalingAdvice, signalingSentences } from "./signaling-advice.ts";

/** Reasons whose meaning is the same in every kind; each of doctor's own has its advice as the hint. */
export const ADVICE: Readonly<Record<string, string>> = {
  ...commonAdvice,
  ...connectAdvice,
  ...certificateAdvice,
  ...signalingAdvice,
  ...relayAdvice,
  ...mediaAdvice,
};

export function adviceFor({ reason, hint }: Pick<CheckResult, "reason" | "hint">): string {
  return ADVICE[reason] ?? hint ?? "";
}

/** The result as a sentence for people; most checks' own words are one. */
export function sentenceFor(result: CheckResult): string {
  const { reason, message } = result;
  const sentence =
    connectSentences[reason] ??
    signalingSentences[reason] ??
    relaySentences[reason] ??
    mediaSentences[reason];
  return certificateSentence(result) ?? sentence?.(result) ?? message;
}
