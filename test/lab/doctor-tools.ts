/** What a step of `convene doctor` asks with, answered by the test instead of a server. */
import type { CheckResult } from "../../src/checks/check.ts";
import { createCheckContext } from "../../src/checks/check-context.ts";
import type { DoctorRequest } from "../../src/doctor/request.ts";
import type { Answer, Asked, Outcome, Tools } from "../../src/doctor/step.ts";
import { systemClock } from "../../src/system/clock.ts";

export const DOCTOR_REQUEST: DoctorRequest = {
  target: { host: "meet.test", port: 443 },
  allowPrivate: false,
  allowSelfSigned: false,
  pins: new Map(),
  timeout: 60_000,
  extraRoots: [],
};

/** `answer` gives the reason, `ok` or another, and the server's words, for each kind and target that is asked. */
export function answeringTools(
  answer: (kind: string, target: string) => Pick<CheckResult, "reason"> & Partial<CheckResult>,
  request: Partial<DoctorRequest> = {},
): Tools {
  const result = (kind: string, target: string): CheckResult => {
    const given = answer(kind, target);
    const ok = given.reason === "ok";
    return {
      name: kind,
      kind,
      target,
      ok,
      severity: ok ? "ok" : "critical",
      message: "",
      phases: [],
      evidence: {},
      checkedAt: 0,
      ...given,
    };
  };
  return {
    request: { ...DOCTOR_REQUEST, ...request },
    context: createCheckContext({ clock: systemClock, signal: new AbortController().signal }),
    check: async (kind, spec) => result(kind, String(spec["host"])),
    ask: async ({ kind, target }): Promise<Answer<never>> => ({
      result: result(kind, target),
      value: undefined,
    }),
  };
}

export function asked(outcome: Outcome): Asked {
  if (outcome.asked) return outcome;
  throw new Error(`not asked, because ${outcome.because}`);
}
