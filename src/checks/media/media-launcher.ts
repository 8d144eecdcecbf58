/** How the media process is started. Whoever runs checks sees to it that few run at once: `heavy` of their kind. */

export interface MediaLauncher {
  readonly command: string;
  readonly args: readonly string[];
}

/** Megabytes of JavaScript objects: a connection needs some hundred kilobytes. */
const HEAP_MB = 96;

/** `script` is media-child.ts, or its bundle. */
export function createMediaLauncher(script: string): MediaLauncher {
  const args = [`--max-old-space-size=${HEAP_MB}`, "--max-semi-space-size=1", script];
  return { command: process.execPath, args };
}
