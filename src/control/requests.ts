/** What callers may send over the sockets; everything else is refused before it reaches the agent. */
import { z } from "zod";
import { TREE_LIMITS } from "../source/tree-limits.ts";

/** A pushed tree travels as base64 in JSON: a third larger, with room for the names. */
export const MAXIMUM_TREE_BODY = Math.ceil(TREE_LIMITS.totalBytes * 1.4) + 2 * 1024 * 1024;
export const MAXIMUM_BODY = 64 * 1024;

const MAXIMUM_WAIT_MS = 24 * 3_600_000;

const treeFile = z.strictObject({ path: z.string().min(1).max(TREE_LIMITS.pathBytes), content: z.base64() });

export const planRequest = z.strictObject({ tree: z.array(treeFile).max(TREE_LIMITS.files).optional() });
export const reconcileRequest = z.strictObject({
  now: z.boolean().default(false),
  reason: z
    .string()
    .regex(/^[\w .:@/+-]{1,120}$/)
    .default("request"),
});
const checkName = z.string().min(1).max(200);
export const checkRequest = z.strictObject({ name: checkName.optional() });
export const confirmRequest = z.strictObject({ id: z.string().min(1).max(200) });
export const suspendRequest = z.strictObject({ reason: z.string().trim().min(1).max(500) });
export const emptyRequest = z.strictObject({});

const revision = z.string().min(7).max(200).optional();
export const eventsQuery = z.strictObject({ revision });
export const waitQuery = z.strictObject({
  revision,
  timeoutMs: z.coerce.number().int().min(0).max(MAXIMUM_WAIT_MS).default(600_000),
});
export const historyQuery = z.strictObject({ limit: z.coerce.number().int().min(1).max(1_000).default(20) });
export const checkHistoryQuery = z.strictObject({ name: checkName.optional() });
export const logsQuery = z.strictObject({
  container: z.string().regex(/^[a-z][a-z0-9-]{0,62}$/),
  lines: z.coerce.number().int().min(1).max(10_000).default(100),
});
