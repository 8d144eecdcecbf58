/** Reasons that any kind of check can end with. */
import type { ReasonTable } from "./check-kind.ts";

export const commonReasons = {
  invalid_spec: {
    severity: "critical",
    hint: "correct the Check manifest; src/checks/README.md lists the fields of each kind",
  },
  internal_error: { severity: "critical", hint: "this is a defect in convene: please report it" },
  timeout: {
    severity: "critical",
    hint: "the phases show where the time went; raise the check's `timeout:` only if that step is slow by nature",
  },
  not_asked: {
    severity: "info",
    hint: "correct what it depends on first; it is asked again as soon as that works",
  },
  aborted: { severity: "info", hint: "run it again: convene check NAME" },
} as const satisfies ReasonTable<string>;

export type CommonReason = keyof typeof commonReasons;
