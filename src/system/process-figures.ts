/** What a process takes, as metrics show it. */

export interface ProcessFigures {
  /** `v26.10.0`. */
  readonly node: string;
  readonly residentBytes: number;
  /** User and system together. */
  readonly cpuSeconds: number;
  /** Seconds since the epoch. */
  readonly startedAt: number;
}

type Self = Pick<NodeJS.Process, "version" | "cpuUsage" | "memoryUsage" | "uptime">;

export function processFigures(self: Self, now: number): ProcessFigures {
  const { user, system } = self.cpuUsage();
  return {
    node: self.version,
    residentBytes: self.memoryUsage.rss(),
    cpuSeconds: (user + system) / 1_000_000,
    startedAt: now / 1_000 - self.uptime(),
  };
}
