/** Lets only so much of something go on at once; who comes first goes first. */

/** Runs the work when there is room for one more. */
export type Limit = <T>(work: () => Promise<T>) => Promise<T>;

export function createLimit(most: number): Limit {
  const queue: (() => void)[] = [];
  let taken = 0;
  const enter = (): Promise<void> | undefined => {
    if (taken >= most) return new Promise((resolve) => queue.push(resolve));
    taken += 1;
    return undefined;
  };
  const leave = (): void => {
    const next = queue.shift();
    // The place goes from hand to hand: nobody gets in between.
    if (next) next();
    else taken -= 1;
  };
  return async (work) => {
    await enter();
    try {
      return await work();
    } finally {
      leave();
    }
  };
}
