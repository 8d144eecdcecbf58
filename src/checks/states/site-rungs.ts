/** The rungs of a site, derived from its manifests: host → containers → units → checks. Pure. */
import type { DesiredCheck, DesiredContainer, DesiredState } from "../../model/desired-state.ts";
import { type Rung, type RungGraph, createRungGraph } from "./rung-graph.ts";

/** Whether LXD answers. */
export const HOST_RUNG = "host/lxd";

export function containerRung(container: string): string {
  return `container/${container}`;
}

export function unitRung(container: string, unit: string): string {
  return `unit/${container}/${unit}`;
}

/** Whether this is something that checks stand on: no check's name has a slash. */
export function isGround(name: string): boolean {
  return name.includes("/");
}

type Site = Pick<DesiredState, "containers" | "checks" | "consul">;

export function siteRungs(site: Site): RungGraph {
  const ordered = inOrder(site.checks);
  return createRungGraph([
    { name: HOST_RUNG, sort: "host", kind: "host", needs: [], leansOn: [], alike: [] },
    ...site.containers.map(containerOf),
    ...site.containers.flatMap(unitsOf),
    ...site.checks.map((check) => checkOf(check, site, ordered)),
  ]);
}

/** An LXD that does not answer stops no container: what runs goes on running. */
function containerOf({ name }: DesiredContainer): Rung {
  return {
    name: containerRung(name),
    sort: "container",
    kind: "container",
    needs: [],
    leansOn: [HOST_RUNG],
    alike: [],
    container: name,
  };
}

function unitsOf({ name, services }: DesiredContainer): readonly Rung[] {
  return services.map((unit) => ({
    name: unitRung(name, unit.name),
    sort: "unit",
    kind: "unit",
    needs: [containerRung(name)],
    leansOn: [],
    alike: [],
    container: name,
  }));
}

/** Kinds whose checks on the same site explain a failure of this kind: each goes where they have been before. */
const LEANS_ON: Readonly<Record<string, readonly string[]>> = {
  // A relay that is not to be had, and a Prosody that the bridge cannot be registered with.
  bridge: ["turn", "xmpp"],
  // Which of them is to blame for what, the kind says.
  conference: ["bridge", "turn", "xmpp"],
};

/** What people meet by: for these a unit of another container that no call goes through, such as a timer, is no ground. */
const OF_CALLS: ReadonlySet<string> = new Set(["web", "websocket", "xmpp", "turn", "bridge", "conference"]);

/**
 * A check needs its container and the checks it names. It leans on the units in there, on the containers that its own
 * waits for with their units (TURN goes on without the proxy that brings its certificate), and on checks of the kinds
 * below its own.
 */
function checkOf(check: DesiredCheck, site: Site, ordered: readonly DesiredCheck[]): Rung {
  const { name, container, dependsOn = [], leansOn = [] } = check;
  const containers = new Map(site.containers.map((one) => [one.name, one]));
  const own = container === undefined ? undefined : containers.get(container);
  const further = own ? reachable(own, containers, site.consul.container) : [];
  const before = ordered.slice(0, ordered.indexOf(check));
  return {
    name,
    sort: "check",
    kind: check.kind,
    needs: [...(own ? [containerRung(own.name)] : []), ...dependsOn],
    leansOn: [
      ...further.map((one) => containerRung(one.name)),
      ...[...(own ? [own] : []), ...further].flatMap((one) =>
        one.services
          .filter(({ disruption }) => one === own || disruption !== "none" || !OF_CALLS.has(check.kind))
          .map((unit) => unitRung(one.name, unit.name)),
      ),
      ...leansOn,
      ...kindsBelow(check, before).map((one) => one.name),
    ],
    alike: own === undefined ? [] : alikeBefore(check, before),
    ...(own ? { container: own.name } : {}),
  };
}

/**
 * Kind by kind from the bottom up, as written within a kind, but each after those that it names: what a check stands on
 * comes before it, so no two can explain each other.
 */
function inOrder(checks: readonly DesiredCheck[]): readonly DesiredCheck[] {
  const named = new Map(checks.map((check) => [check.name, check]));
  /** In the order in which they were placed; manifests whose checks name each other in a circle are refused. */
  const heights = new Map<DesiredCheck, number>();
  const place = (check: DesiredCheck): number => {
    const known = heights.get(check);
    if (known !== undefined) return known;
    const below = [...(check.dependsOn ?? []), ...(check.leansOn ?? [])].flatMap(
      (name) => named.get(name) ?? [],
    );
    const height = Math.max(heightOf(check.kind), ...below.map(place));
    heights.set(check, height);
    return height;
  };
  checks.forEach(place);
  return [...heights.keys()].toSorted((one, other) => place(one) - place(other));
}

/** How many kinds lie below this one, one upon the other. */
function heightOf(kind: string): number {
  return Math.max(0, ...(LEANS_ON[kind] ?? []).map((below) => heightOf(below) + 1));
}

/** Of this site's containers: what an operator's own check says of another server explains nothing here. */
function kindsBelow({ kind }: DesiredCheck, checks: readonly DesiredCheck[]): readonly DesiredCheck[] {
  const below = LEANS_ON[kind] ?? [];
  return checks.filter((one) => one.container !== undefined && below.includes(one.kind));
}

/** The first of those that ask the same container in the same way speaks for all of them. */
function alikeBefore(check: DesiredCheck, before: readonly DesiredCheck[]): readonly string[] {
  return before
    .filter(({ kind, container }) => kind === check.kind && container === check.container)
    .map(({ name }) => name);
}

/** What the container waits for at its start, without Consul: nothing that runs needs it to go on running. */
function reachable(
  start: DesiredContainer,
  containers: ReadonlyMap<string, DesiredContainer>,
  consul: string | undefined,
): readonly DesiredContainer[] {
  const found = new Map<string, DesiredContainer>();
  const queue = [...start.dependsOn];
  for (let name = queue.shift(); name !== undefined; name = queue.shift()) {
    const container = containers.get(name);
    if (!container || name === consul || found.has(name) || name === start.name) continue;
    found.set(name, container);
    queue.push(...container.dependsOn);
  }
  return [...found.values()];
}
