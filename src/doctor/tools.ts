/** Makes what a step asks with, and collects the checks that come of it. */
import { z } from "zod";
import type { CheckContext, CheckResult } from "../checks/check.ts";
import { defineKind } from "../checks/check-kind.ts";
import { runCheck } from "../checks/registry.ts";
import type { DoctorRequest } from "./request.ts";
import type { Question, Tools } from "./step.ts";

const questionSchema = z.strictObject({ timeout: z.number() });

/** `checks` receives every result in the order of its end. */
export function createTools(request: DoctorRequest, context: CheckContext, checks: CheckResult[]): Tools {
  const keep = (result: CheckResult): CheckResult => {
    checks.push(result);
    return result;
  };
  return {
    request,
    context,
    check: async (kind, spec) =>
      keep(await runCheck({ name: kind, kind, spec, intervalSeconds: 0 }, context)),
    ask: async (question) => {
      const { result, value } = await answer(question, context);
      return { result: keep(result), value };
    },
  };
}

async function answer<Value, Reason extends string>(
  question: Question<Value, Reason>,
  context: CheckContext,
): Promise<{ result: CheckResult; value: Value | undefined }> {
  let value: Value | undefined;
  const kind = defineKind<{ timeout: number }, Reason>({
    kind: question.kind,
    schema: questionSchema,
    reasons: question.reasons,
    target: () => question.target,
    run: async (_spec, run) => {
      value = await question.work(run);
      const said = question.describe(value);
      return typeof said === "string" ? { reason: "ok", message: said } : said;
    },
  });
  const result = await kind.check(question.kind, { timeout: question.timeout }, context);
  return { result, value };
}
