/** No container and no check waits for itself, not even round a corner. */
import { consulContainer, dependenciesOf } from "../consul-container.ts";
import type { Diagnostic } from "../diagnostic.ts";
import { manifestsOf } from "../loaded-manifest.ts";
import type { LoadedManifest } from "../loaded-manifest.ts";

type Dependencies = (name: string) => readonly string[];

export function checkDependencyCycles(manifests: readonly LoadedManifest[]): readonly Diagnostic[] {
  const containers = new Map(
    manifestsOf(manifests, "Container").map((one) => [one.manifest.metadata.name, one]),
  );
  const consul = consulContainer(manifests);
  const checks = new Map(manifestsOf(manifests, "Check").map((one) => [one.manifest.metadata.name, one]));
  return [
    ...cyclesOf("containers", containers, (name) => {
      const found = containers.get(name);
      return found ? dependenciesOf(found.manifest, consul) : [];
    }),
    ...cyclesOf("checks", checks, (name) => {
      const spec = checks.get(name)?.manifest.spec;
      return [...(spec?.dependsOn ?? []), ...(spec?.leansOn ?? [])];
    }),
  ];
}

function cyclesOf(
  what: string,
  members: ReadonlyMap<string, LoadedManifest>,
  dependencies: Dependencies,
): readonly Diagnostic[] {
  const reported = new Set<string>();
  return [...members].flatMap(([name, loaded]) => {
    const cycle = reported.has(name) ? undefined : cycleFrom(name, dependencies);
    if (cycle === undefined) return [];
    for (const member of cycle) reported.add(member);
    return [
      {
        code: "DependencyCycle",
        message: `${what} wait for each other: ${[...cycle, name].join(" → ")}`,
        hint: `take one of the ${what === "checks" ? "`dependsOn` or `leansOn`" : "`dependsOn`"} out`,
        location: loaded.locate(["spec", "dependsOn"]),
      },
    ];
  });
}

/** The names on a shortest way from `start` back to itself, `start` first. */
function cycleFrom(start: string, dependencies: Dependencies): readonly string[] | undefined {
  const ways: (readonly string[])[] = [[start]];
  const seen = new Set<string>();
  for (let way = ways.shift(); way !== undefined; way = ways.shift()) {
    for (const next of dependencies(way.at(-1) ?? start)) {
      if (next === start) return way;
      if (seen.has(next)) continue;
      seen.add(next);
      ways.push([...way, next]);
    }
  }
  return undefined;
}
