/** What the agent keeps on disk between starts because people decided it: suspension and confirmations. */
import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { writeFileAtomically } from "../system/atomic-file.ts";

const suspensionSchema = z.object({ reason: z.string() });
const confirmationsSchema = z.array(z.string());

export interface StateFiles {
  readonly suspension: () => string | undefined;
  suspend(reason: string): Promise<void>;
  resume(): Promise<void>;
  readonly confirmed: () => ReadonlySet<string>;
  /** Subjects of removals that root has said yes to. */
  confirm(subjects: readonly string[]): Promise<void>;
  /** Drops confirmations of what is done; the same removal wanted later asks anew. */
  keepConfirmations(subjects: ReadonlySet<string>): Promise<void>;
}

export async function openStateFiles(directory: string): Promise<StateFiles> {
  const suspensionPath = join(directory, "suspended.json");
  const confirmationsPath = join(directory, "confirmations.json");
  let suspended = (await readJson(suspensionPath, suspensionSchema))?.reason;
  let confirmed: ReadonlySet<string> = new Set(await readJson(confirmationsPath, confirmationsSchema));
  const save = async (subjects: ReadonlySet<string>) => {
    confirmed = subjects;
    await writeFileAtomically(confirmationsPath, `${JSON.stringify([...subjects])}\n`, 0o600);
  };
  return {
    suspension: () => suspended,
    suspend: async (reason) => {
      suspended = reason;
      await writeFileAtomically(suspensionPath, `${JSON.stringify({ reason })}\n`, 0o600);
    },
    resume: async () => {
      suspended = undefined;
      await rm(suspensionPath, { force: true });
    },
    confirmed: () => confirmed,
    confirm: async (subjects) => save(new Set([...confirmed, ...subjects])),
    keepConfirmations: async (subjects) => {
      const kept = new Set([...confirmed].filter((subject) => subjects.has(subject)));
      if (kept.size !== confirmed.size) await save(kept);
    },
  };
}

/** A missing or damaged file reads as nothing decided. */
async function readJson<T>(path: string, schema: z.ZodType<T>): Promise<T | undefined> {
  try {
    const parsed = schema.safeParse(JSON.parse(await readFile(path, "utf8")));
    return parsed.success ? parsed.data : undefined;
  } catch {
    return undefined;
  }
}
