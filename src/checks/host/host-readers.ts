/** How the machine underneath is read: files, free space and public DNS; tests hand in their own. */
import { readFile, statfs } from "node:fs/promises";
import { Resolver } from "node:dns/promises";

export interface HostReaders {
  /** Content of a file; undefined when there is none. Rejects when it may not be read. */
  readonly readFile: (path: string) => Promise<string | undefined>;
  /** Free and total bytes of the file system that holds `path`. */
  readonly freeSpace: (path: string) => Promise<{ readonly free: number; readonly total: number }>;
  /** Public A and AAAA records, /etc/hosts left out; empty when there are none. Rejects when DNS does not answer. */
  readonly resolve: (name: string) => Promise<readonly string[]>;
  /** The `Date` header of a URL, milliseconds since the epoch; undefined when there is none. */
  readonly httpDate: (url: string, signal: AbortSignal) => Promise<number | undefined>;
}

const DNS_TIMEOUT_MS = 3_000;

export function systemReaders(): HostReaders {
  const resolver = new Resolver({ timeout: DNS_TIMEOUT_MS, tries: 2 });
  return {
    readFile: readIfThere,
    freeSpace: async (path) => {
      const { bavail, blocks, bsize } = await statfs(path);
      return { free: bavail * bsize, total: blocks * bsize };
    },
    resolve: async (name) => {
      const answers = await Promise.all([
        resolver.resolve4(name).catch(withoutRecords),
        resolver.resolve6(name).catch(withoutRecords),
      ]);
      return answers.flat();
    },
    httpDate: async (url, signal) => {
      const answer = await fetch(url, { method: "HEAD", redirect: "manual", signal });
      const date = Date.parse(answer.headers.get("date") ?? "");
      return Number.isNaN(date) ? undefined : date;
    },
  };
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if (hasCode(error, "ENOENT") || hasCode(error, "ENOTDIR")) return undefined;
    throw error;
  }
}

function withoutRecords(error: unknown): string[] {
  if (hasCode(error, "ENODATA") || hasCode(error, "ENOTFOUND")) return [];
  throw error;
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}
