/** What is remembered of the checks on disk: a restart neither forgets since when something is down, nor why. */
import { readFile } from "node:fs/promises";
import { z } from "zod";
import { checkResultSchema } from "../checks/result-schema.ts";
import type { Memory } from "../checks/states/memory.ts";
import { writeFileAtomically } from "../system/atomic-file.ts";
import { describeError } from "../system/errors.ts";
import type { Logger } from "../system/logger.ts";
import type { CheckHistory } from "./check-history.ts";

export interface CheckMemory {
  readonly memories: ReadonlyMap<string, Memory>;
  readonly histories: ReadonlyMap<string, CheckHistory>;
}

const memory = z.object({
  belief: z.object({
    confirmed: z.enum(["up", "down"]).exactOptional(),
    since: z.number(),
    looks: z.array(z.object({ good: z.boolean(), at: z.number() })),
  }),
  last: z
    .object({
      result: checkResultSchema,
      outcome: z.enum(["good", "bad", "certain", "draining", "defect"]),
      since: z.number(),
    })
    .exactOptional(),
});

const history = z.object({
  looks: z.array(
    z.object({
      at: z.number(),
      reason: z.string(),
      severity: z.enum(["ok", "info", "warning", "critical"]),
      milliseconds: z.number(),
    }),
  ),
  failures: z.array(
    z.object({
      first: z.number(),
      last: z.number(),
      looks: z.number(),
      result: checkResultSchema,
      transcript: z.array(z.string()),
    }),
  ),
});

const memoryFile = z.object({
  version: z.literal(1),
  memories: z.record(z.string(), memory),
  histories: z.record(z.string(), history),
});

/** A damaged file counts as empty and is said: everything in it is looked at again anyway. */
export async function readCheckMemory(path: string, logger: Logger): Promise<CheckMemory> {
  try {
    const { memories, histories } = memoryFile.parse(JSON.parse(await readFile(path, "utf8")));
    return { memories: new Map(Object.entries(memories)), histories: new Map(Object.entries(histories)) };
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "ENOENT"))
      logger.warn("what is remembered of the checks cannot be read and counts as empty", {
        path,
        error: describeError(error),
      });
    return { memories: new Map(), histories: new Map() };
  }
}

export async function writeCheckMemory(path: string, { memories, histories }: CheckMemory): Promise<void> {
  const content = {
    version: 1,
    memories: Object.fromEntries(memories),
    histories: Object.fromEntries(histories),
  };
  await writeFileAtomically(path, `${JSON.stringify(content)}\n`, 0o600);
}
