/** `kind: Component`: a folder of the catalogue, put to use. */
import { z } from "zod";
import { manifestSchema } from "./envelope.ts";
import { labelName } from "./names.ts";

export const componentSchema = manifestSchema(
  "Component",
  labelName,
  z.strictObject({
    uses: labelName.describe("The catalogue folder: consul, proxy, turn, jitsi."),
    parameters: z
      .record(z.string(), z.unknown())
      .default({})
      .describe("What that folder's parameters.yaml lists."),
  }),
);

export type ComponentManifest = z.output<typeof componentSchema>;
