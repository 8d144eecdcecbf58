/** What the agent answers about its checks, as the CLI parses it. */
import { z } from "zod";
import { checkResultFields, checkResultSchema } from "../checks/result-schema.ts";
import { CHECK_STATES } from "../checks/states/check-state.ts";

const text = z.string();
const names = z.array(text).readonly();

const statusFields = {
  ...checkResultFields,
  state: z.enum(CHECK_STATES),
  since: z.number(),
  because: text.exactOptional(),
  cause: text.exactOptional(),
  takesDown: names,
};
export const checkStatusAnswer = z.object(statusFields).readonly();

const look = z
  .object({ at: z.number(), reason: text, severity: checkResultFields.severity, milliseconds: z.number() })
  .readonly();
const failure = z
  .object({
    first: z.number(),
    last: z.number(),
    looks: z.number(),
    result: checkResultSchema,
    transcript: names,
  })
  .readonly();

export const checkHistoryAnswer = z
  .array(
    z
      .object({
        ...statusFields,
        looks: z.array(look).readonly(),
        failures: z.array(failure).readonly(),
        needs: names,
        leansOn: names,
      })
      .readonly(),
  )
  .readonly();
