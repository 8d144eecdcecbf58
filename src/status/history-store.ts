/** History on disk: one JSON line an entry, bounded, failures kept longer than successes. */
import { open, readFile } from "node:fs/promises";
import { z } from "zod";
import { writeFileAtomically } from "../system/atomic-file.ts";
import type { HistoryEntry } from "./history.ts";

const KEPT = 500;
const KEPT_FAILURES = 100;
/** Lines written before the file is trimmed again. */
const TRIM_EVERY = 100;

const changeSchema = z.object({
  field: z.string(),
  before: z.string().exactOptional(),
  after: z.string().exactOptional(),
  origin: z.object({ file: z.string(), line: z.number(), column: z.number() }).exactOptional(),
});
const entrySchema = z.object({
  at: z.string(),
  pass: z.number(),
  revision: z.string().nullable(),
  wakeups: z.array(z.string()),
  outcome: z.string(),
  reason: z.string(),
  message: z.string(),
  milliseconds: z.number(),
  actions: z.array(
    z.object({
      id: z.string(),
      cause: z.string(),
      reason: z.string(),
      result: z.enum(["done", "failed", "skipped"]),
      changes: z.array(changeSchema),
      error: z.string().exactOptional(),
    }),
  ),
});

export interface HistoryStore {
  append(entry: HistoryEntry): Promise<void>;
  /** Newest first. */
  list(limit: number): Promise<readonly HistoryEntry[]>;
}

export function createHistoryStore(path: string): HistoryStore {
  let sinceTrim = TRIM_EVERY;
  let last: Promise<unknown> = Promise.resolve();
  const appendNow = async (entry: HistoryEntry) => {
    const file = await open(path, "a", 0o600);
    try {
      // A line torn by a crash ends here, so that it cannot swallow the new one.
      await file.write(`\n${JSON.stringify(entry)}\n`);
      await file.sync();
    } finally {
      await file.close();
    }
    sinceTrim += 1;
    if (sinceTrim < TRIM_EVERY) return;
    sinceTrim = 0;
    const kept = trim(await readEntries(path));
    await writeFileAtomically(path, kept.map((one) => `${JSON.stringify(one)}\n`).join(""), 0o600);
  };
  return {
    append: (entry) => {
      const next = last.then(() => appendNow(entry));
      last = next.catch(() => undefined);
      return next;
    },
    list: async (limit) => (await readEntries(path)).toReversed().slice(0, limit),
  };
}

/** The newest entries, and before them the newest failures, so that a flood of successes never evicts the evidence. */
export function trim(entries: readonly HistoryEntry[]): readonly HistoryEntry[] {
  const recent = entries.slice(-KEPT);
  const older = entries
    .slice(0, -KEPT)
    .filter((entry) => entry.outcome === "failed" || entry.outcome === "stalled");
  return [...older.slice(-KEPT_FAILURES), ...recent];
}

async function readEntries(path: string): Promise<readonly HistoryEntry[]> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return [];
    throw error;
  }
  return text.split("\n").flatMap((line) => parseEntry(line) ?? []);
}

function parseEntry(line: string): HistoryEntry | undefined {
  try {
    const parsed = entrySchema.safeParse(JSON.parse(line));
    return parsed.success ? parsed.data : undefined;
  } catch {
    return undefined;
  }
}
