/** A check's result read back: from the agent's socket, from its own file. */
import { z } from "zod";

const text = z.string();

export const checkResultFields = {
  name: text,
  kind: text,
  target: text,
  ok: z.boolean(),
  reason: text,
  message: text,
  summary: text.exactOptional(),
  hint: text.exactOptional(),
  severity: z.enum(["ok", "info", "warning", "critical"]),
  phases: z.array(z.object({ name: text, milliseconds: z.number() }).readonly()).readonly(),
  milliseconds: z.number().exactOptional(),
  evidence: z.record(text, z.union([text, z.number(), z.boolean()])).readonly(),
  checkedAt: z.number(),
};

export const checkResultSchema = z.object(checkResultFields).readonly();
