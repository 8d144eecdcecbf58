/** The endpoints that checks hold on bridges at this moment, so that nobody takes them for people in a call. */

export interface OwnParticipants {
  /**
   * Call it after the bridge has allocated the endpoint, and the returned function before it is told to forget it:
   * in between the bridge may show one person too many, never one too few. The function may be called twice.
   */
  join(bridgeAddress: string): () => void;
  /**
   * How many of the participants that a bridge tells of are surely the checks' own: those that have been there for as
   * long as its statistics may be old. A newer one it may not count yet, and a person would be taken for it.
   */
  count(bridgeAddress: string): number;
}

/** A bridge's statistics are made every 5 s (jitsi-videobridge reference.conf, `stats.interval`). */
const STATISTICS_MS = 6_000;

/** Make one a process: the gate and the checks must ask the same. */
export function createOwnParticipants(clock: { now(): number }): OwnParticipants {
  const joinedAt = new Map<string, Set<{ readonly at: number }>>();
  return {
    join: (bridgeAddress) => {
      const own = joinedAt.get(bridgeAddress) ?? new Set();
      joinedAt.set(bridgeAddress, own);
      const endpoint = { at: clock.now() };
      own.add(endpoint);
      return () => {
        own.delete(endpoint);
        if (own.size === 0 && joinedAt.get(bridgeAddress) === own) joinedAt.delete(bridgeAddress);
      };
    },
    count: (bridgeAddress) => {
      const settled = clock.now() - STATISTICS_MS;
      return [...(joinedAt.get(bridgeAddress) ?? [])].filter(({ at }) => at <= settled).length;
    },
  };
}
