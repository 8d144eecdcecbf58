/** `kind: Check`: one more thing that must be true; a kind's own fields are checked by that kind (src/checks). */
import { z } from "zod";
import { manifestSchema } from "./envelope.ts";
import { labelName } from "./names.ts";
import { duration } from "./quantities.ts";

export const checkSchema = manifestSchema(
  "Check",
  labelName,
  z.looseObject({
    kind: labelName.describe("The kind of check: tls, stun, turn, http …"),
    interval: duration.prefault("5m").describe("How often it runs."),
    container: labelName.optional().describe("The container whose state explains a failure."),
  }),
);

export type CheckManifest = z.output<typeof checkSchema>;
