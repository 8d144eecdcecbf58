/** The endpoints that checks hold on bridges at this moment, so that nobody takes them for people in a call. */

export interface OwnParticipants {
  /**
   * Call it after the bridge has allocated the endpoint, and the returned function before it is told to forget it:
   * in between the bridge may show one person too many, never one too few. The function may be called twice.
   */
  join(bridgeAddress: string): () => void;
  /** How many of a bridge's participants are the checks' own. */
  count(bridgeAddress: string): number;
}

/** Make one a process: the gate and the checks must ask the same. */
export function createOwnParticipants(): OwnParticipants {
  const counts = new Map<string, number>();
  const add = (bridgeAddress: string, change: number): void => {
    const count = (counts.get(bridgeAddress) ?? 0) + change;
    if (count === 0) counts.delete(bridgeAddress);
    else counts.set(bridgeAddress, count);
  };
  return {
    join: (bridgeAddress) => {
      let joined = true;
      add(bridgeAddress, 1);
      return () => {
        if (joined) add(bridgeAddress, -1);
        joined = false;
      };
    },
    count: (bridgeAddress) => counts.get(bridgeAddress) ?? 0,
  };
}
