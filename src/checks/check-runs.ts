/** How many checks run at the same moment: never one twice, few of those that need a media process. */
import type { DesiredCheck } from "../model/desired-state.ts";
import { createLimit, type Limit } from "../system/limit.ts";
import type { CheckResult } from "./check.ts";

export type CheckRunner = (
  check: DesiredCheck,
  signal: AbortSignal,
  transcript?: (line: string) => void,
) => Promise<CheckResult>;

export interface CheckRunsOptions {
  /** Ends within the check's own deadline. */
  readonly run: CheckRunner;
  readonly isHeavy: (check: DesiredCheck) => boolean;
  readonly most?: number;
  readonly mostHeavy?: number;
}

const MOST = 16;
/** Each is a process with a WebRTC stack of its own, which takes up to 100 MB, and for a bridge lives 8 s and more. */
const MOST_HEAVY = 2;

/** Schedule, verification and people share it, so that what one of them runs the others wait for. */
export function limitCheckRuns(options: CheckRunsOptions): CheckRunner {
  const limit = createLimit(options.most ?? MOST);
  const heavy = createLimit(options.mostHeavy ?? MOST_HEAVY);
  const byName = new Map<string, { readonly limit: Limit; waiting: number }>();
  return async (check, signal, transcript) => {
    const own = byName.get(check.name) ?? { limit: createLimit(1), waiting: 0 };
    byName.set(check.name, own);
    own.waiting += 1;
    const run = () => limit(() => options.run(check, signal, transcript));
    try {
      return await own.limit(() => (options.isHeavy(check) ? heavy(run) : run()));
    } finally {
      own.waiting -= 1;
      if (own.waiting === 0) byName.delete(check.name);
    }
  };
}
