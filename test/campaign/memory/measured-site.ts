/** What the campaign and the process that it measures tell each other. */
import type { DesiredCheck, DesiredContainer } from "../../../src/model/desired-state.ts";

export interface MeasuredSite {
  readonly checks: readonly DesiredCheck[];
  readonly containers: readonly DesiredContainer[];
  /** Where the site's names lead. */
  readonly published: string;
  /** PEM. */
  readonly root: string;
  /** The proxy's file system, which has the certificates. */
  readonly proxyRoot: string;
}

/** After collecting what nothing uses. */
export interface MemoryReading {
  readonly looks: number;
  /** Each that was not good so far. */
  readonly failures: readonly string[];
  /** Megabytes. */
  readonly heap: number;
  readonly resident: number;
}
