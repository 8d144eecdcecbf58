/** `kind: Check`: one more thing that must be true; a kind's own fields are checked by that kind (src/checks). */
import { z } from "zod";
import { manifestSchema } from "./envelope.ts";
import { labelName } from "./names.ts";
import { duration, quorum } from "./quantities.ts";

const confirm = z.strictObject({
  down: quorum.optional().describe("Failed looks before it is down: 2/3 is two of the last three."),
  up: quorum.optional().describe("Good looks before it is up again: 2/2 is two in a row."),
});

export const checkSchema = manifestSchema(
  "Check",
  labelName,
  z.looseObject({
    kind: labelName.describe("The kind of check: tls, stun, turn, http …"),
    interval: duration.optional().describe("How often it runs; absent: what suits its kind."),
    container: labelName.optional().describe("The container whose state explains a failure."),
    dependsOn: z
      .array(labelName)
      .max(32)
      .default([])
      .describe("Checks that must hold first: while one fails, this one is not asked and not told."),
    leansOn: z
      .array(labelName)
      .max(32)
      .default([])
      .describe("Checks whose failure explains one of this one, which is asked all the same."),
    confirm: confirm.optional().describe("How many looks it takes to believe it."),
  }),
);

export type CheckManifest = z.output<typeof checkSchema>;
