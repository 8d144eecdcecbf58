/** What was said during one look, by whom, bounded: the beginning and the end. */
import type { CheckContext } from "./check.ts";

export interface Transcript {
  readonly say: (line: string) => void;
  lines(): readonly string[];
}

const FIRST = 40;
const LAST = 40;
const WIDTH = 300;

export function createTranscript(): Transcript {
  const first: string[] = [];
  const last: string[] = [];
  let dropped = 0;
  return {
    say: (line) => {
      const short = line.length > WIDTH ? `${line.slice(0, WIDTH - 1)}…` : line;
      if (first.length < FIRST) return void first.push(short);
      last.push(short);
      if (last.length <= LAST) return;
      last.shift();
      dropped += 1;
    },
    lines: () => (dropped === 0 ? [...first, ...last] : [...first, `… ${dropped} lines left out`, ...last]),
  };
}

/** The same context for one of several who speak at the same moment: `guest: <presence …>`. */
export function speakingAs(name: string, context: CheckContext): CheckContext {
  return { ...context, transcript: (line) => context.transcript(`${name}: ${line}`) };
}
