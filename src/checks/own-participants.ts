/** The endpoints that checks hold on bridges, now or a moment ago, so that nobody takes them for people in a call. */
import type { Clock } from "../system/clock.ts";

export interface OwnParticipants {
  /**
   * Call it before the endpoint is allocated, or as soon as that is known, and the returned function once the bridge was
   * told to forget it. The function may be called twice.
   */
  join(bridgeAddress: string): () => void;
  /**
   * How many of the participants that a bridge tells of may be the checks' own: those that are there, and those that
   * have left so lately that its statistics may tell of them still.
   */
  count(bridgeAddress: string): number;
}

interface Endpoint {
  readonly bridgeAddress: string;
  /** By the monotonic clock; infinity while it is there. */
  leftAt: number;
}

/** A bridge's statistics are made every 5 s (jitsi-videobridge reference.conf, `stats.interval`). */
const STATISTICS_MS = 6_000;

/**
 * Make one a process: the gate and the checks must ask the same. By the monotonic clock: were it set back, people would
 * be taken for checks that have left.
 */
export function createOwnParticipants(clock: Pick<Clock, "monotonic">): OwnParticipants {
  const endpoints = new Set<Endpoint>();
  const forget = (): void => {
    const told = clock.monotonic() - STATISTICS_MS;
    for (const endpoint of endpoints) if (endpoint.leftAt <= told) endpoints.delete(endpoint);
  };
  return {
    join: (bridgeAddress) => {
      forget();
      const endpoint: Endpoint = { bridgeAddress, leftAt: Number.POSITIVE_INFINITY };
      endpoints.add(endpoint);
      return () => {
        endpoint.leftAt = Math.min(endpoint.leftAt, clock.monotonic());
      };
    },
    count: (bridgeAddress) => {
      forget();
      return [...endpoints].filter((endpoint) => endpoint.bridgeAddress === bridgeAddress).length;
    },
  };
}
