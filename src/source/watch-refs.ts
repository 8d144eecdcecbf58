/** Notices a push by any way: chokidar on the repository's refs, a slow poll as the safety net. */
import { join } from "node:path";
import { type FSWatcher, watch } from "chokidar";
import type { Logger } from "../system/logger.ts";

export interface WatchRefsOptions {
  readonly gitDirectory: string;
  readonly logger: Logger;
  readonly debounceMs?: number;
  /** How often `onChange` is called without any event; whoever it wakes compares for itself. */
  readonly pollMs?: number;
}

/** Calls `onChange` shortly after refs, packed-refs or HEAD change, until `signal` aborts. Resolves when watching. */
export async function watchRefs(
  options: WatchRefsOptions,
  onChange: () => void,
  signal: AbortSignal,
): Promise<void> {
  if (signal.aborted) return;
  const watcher = createWatcher(options.gitDirectory);
  const fire = debounced(onChange, options.debounceMs ?? 25, signal);
  const poll = setInterval(onChange, options.pollMs ?? 60_000);
  poll.unref();
  watcher.on("all", () => {
    fire();
  });
  watcher.on("error", (error) => {
    options.logger.warn("watching the site repository failed; the slow poll goes on", {
      error: String(error),
    });
  });
  signal.addEventListener(
    "abort",
    () => {
      clearInterval(poll);
      void watcher.close();
    },
    { once: true },
  );
  await ready(watcher, signal);
}

/** git replaces these files by renaming `NAME.lock` over them, so the folder is watched for the two in its root. */
function createWatcher(gitDirectory: string): FSWatcher {
  const wanted = new Set([gitDirectory, join(gitDirectory, "HEAD"), join(gitDirectory, "packed-refs")]);
  const refs = join(gitDirectory, "refs");
  const heads = join(refs, "heads");
  return watch(gitDirectory, {
    ignoreInitial: true,
    followSymlinks: false,
    ignored: (path) => {
      if (path.endsWith(".lock")) return true;
      return !(wanted.has(path) || path === refs || path === heads || path.startsWith(`${heads}/`));
    },
  });
}

async function ready(watcher: FSWatcher, signal: AbortSignal): Promise<void> {
  await new Promise<void>((resolve) => {
    watcher.once("ready", resolve);
    signal.addEventListener("abort", () => resolve(), { once: true });
  });
}

function debounced(call: () => void, delayMs: number, signal: AbortSignal): () => void {
  let timer: NodeJS.Timeout | undefined;
  return () => {
    if (timer !== undefined || signal.aborted) return;
    timer = setTimeout(() => {
      timer = undefined;
      if (!signal.aborted) call();
    }, delayMs);
  };
}
