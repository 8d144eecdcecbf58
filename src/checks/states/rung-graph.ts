/** What stands on what: host, containers, units, checks. Pure. */

export type RungSort = "host" | "container" | "unit" | "check";

/** One thing that can be looked at. Names of those that are no checks hold a slash: `container/turn`. */
export interface Rung {
  readonly name: string;
  readonly sort: RungSort;
  /** The kind of its results: the check's own, or its sort. */
  readonly kind: string;
  /** While one of these fails this one is not asked: it cannot hold. */
  readonly needs: readonly string[];
  /** One of these failing explains a failure of this one, which may hold all the same. */
  readonly leansOn: readonly string[];
  /** Failing for the same reason as one of these is the same trouble: four ways into one relay. */
  readonly alike: readonly string[];
  /** The container in which changes disturb it. */
  readonly container?: string;
}

export interface RungGraph {
  readonly rungs: ReadonlyMap<string, Rung>;
  /** Everything below a rung, the lowest first. */
  below(name: string): readonly string[];
  /**
   * Of that, the lowest first, what can be its cause when of the checks that it leans on only those of these kinds can:
   * what it needs, the ground, these checks, and of all of them likewise what they need and the ground.
   */
  belowKinds(name: string, kinds: readonly string[]): readonly string[];
  /** What must hold for it to be asked, the lowest first. */
  needed(name: string): readonly string[];
  /** Everything that stands on it, leans on it or is alike. */
  above(name: string): readonly string[];
}

/** Names that are not there are left out: the manifests have been checked, and a container may have gone since. */
export function createRungGraph(all: readonly Rung[]): RungGraph {
  const rungs = new Map(all.map((rung) => [rung.name, rung]));
  const needs = (name: string) => rungs.get(name)?.needs ?? [];
  const everything = (name: string) => [...needs(name), ...(rungs.get(name)?.leansOn ?? [])];
  const below = memoized((name) => walk(name, rungs, everything));
  const needsAndLeansOn = (name: string, kinds: readonly string[]) => {
    const isIn = ({ sort, kind }: Rung) => sort !== "check" || kinds.includes(kind);
    const leansOn = (rungs.get(name)?.leansOn ?? []).flatMap((one) => rungs.get(one) ?? []);
    return [...needs(name), ...leansOn.filter(isIn).map((one) => one.name)];
  };
  const needed = memoized((name) => walk(name, rungs, needs));
  const above = memoized((name) =>
    [...rungs.values()]
      .filter((other) => below(other.name).includes(name) || other.alike.includes(name))
      .map((other) => other.name),
  );
  return {
    rungs,
    below,
    // A check that works passes nothing on of what it leans on itself.
    belowKinds: (name, kinds) => walk(name, rungs, (one) => needsAndLeansOn(one, one === name ? kinds : [])),
    needed,
    above,
  };
}

/** Depth first, so that what is below something comes before it. */
function walk(
  start: string,
  rungs: ReadonlyMap<string, Rung>,
  next: (name: string) => readonly string[],
): readonly string[] {
  const seen = new Set<string>([start]);
  const found: string[] = [];
  const visit = (name: string): void => {
    for (const one of next(name)) {
      if (seen.has(one) || !rungs.has(one)) continue;
      seen.add(one);
      visit(one);
      found.push(one);
    }
  };
  visit(start);
  return found;
}

function memoized(compute: (name: string) => readonly string[]): (name: string) => readonly string[] {
  const known = new Map<string, readonly string[]>();
  return (name) => {
    const found = known.get(name) ?? compute(name);
    known.set(name, found);
    return found;
  };
}
