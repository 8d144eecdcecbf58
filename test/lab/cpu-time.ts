/** What a piece of work costs in processor time, which a busy machine does not lengthen as it does the clock's. */

/** Milliseconds of this process, its threads included. */
export function cpuMilliseconds(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
}
