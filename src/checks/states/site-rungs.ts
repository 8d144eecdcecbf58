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
  // One bridge of several is enough for it, and a relay keeps it from one of its ways only.
  conference: ["bridge", "turn", "xmpp"],
};

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
  const below = LEANS_ON[check.kind] ?? [];
  return {
    name,
    sort: "check",
    kind: check.kind,
    needs: [...(own ? [containerRung(own.name)] : []), ...dependsOn],
    leansOn: [
      ...further.map((one) => containerRung(one.name)),
      ...[...(own ? [own] : []), ...further].flatMap((one) =>
        one.services.map((unit) => unitRung(one.name, unit.name)),
      ),
      ...leansOn,
      ...site.checks.filter(({ kind }) => below.includes(kind)).map((one) => one.name),
    ],
    alike: own === undefined ? [] : alikeBefore(check, ordered),
    ...(own ? { container: own.name } : {}),
  };
}

/** As written, but each after those it names: so no two can explain each other. */
function inOrder(checks: readonly DesiredCheck[]): readonly DesiredCheck[] {
  const named = new Map(checks.map((check) => [check.name, check]));
  const ordered = new Set<DesiredCheck>();
  const seen = new Set<DesiredCheck>();
  const place = (check: DesiredCheck): void => {
    if (seen.has(check)) return;
    seen.add(check);
    for (const name of [...(check.dependsOn ?? []), ...(check.leansOn ?? [])]) {
      const below = named.get(name);
      if (below) place(below);
    }
    ordered.add(check);
  };
  checks.forEach(place);
  return [...ordered];
}

/** The first of those that ask the same container in the same way speaks for all of them. */
function alikeBefore(check: DesiredCheck, ordered: readonly DesiredCheck[]): readonly string[] {
  return ordered
    .slice(0, ordered.indexOf(check))
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
