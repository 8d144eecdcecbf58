/** What every manifest has in common: apiVersion, kind, metadata, spec. */
import { z } from "zod";

const API_VERSION = "convene/v1alpha1";

const annotations = z.record(z.string().max(253), z.string().max(4096));

/** A closed manifest of one kind. */
export function manifestSchema<
  const Kind extends string,
  Name extends z.ZodType<string>,
  Spec extends z.ZodType,
>(kind: Kind, name: Name, spec: Spec) {
  return z.strictObject({
    apiVersion: z.literal(API_VERSION),
    kind: z.literal(kind),
    metadata: z.strictObject({
      name,
      labels: annotations.optional().describe("Free words shown beside the object in status."),
      annotations: annotations.optional().describe("Free notes; convene does not read them."),
    }),
    spec,
  });
}
