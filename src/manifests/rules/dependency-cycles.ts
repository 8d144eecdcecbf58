/** No container waits for itself, not even round a corner. */
import { consulContainer, dependenciesOf } from "../consul-container.ts";
import type { Diagnostic } from "../diagnostic.ts";
import { manifestsOf } from "../loaded-manifest.ts";
import type { LoadedManifest } from "../loaded-manifest.ts";

export function checkDependencyCycles(manifests: readonly LoadedManifest[]): readonly Diagnostic[] {
  const containers = new Map(
    manifestsOf(manifests, "Container").map((one) => [one.manifest.metadata.name, one]),
  );
  const consul = consulContainer(manifests);
  const dependencies = (name: string): readonly string[] => {
    const found = containers.get(name);
    return found ? dependenciesOf(found.manifest, consul) : [];
  };
  const reported = new Set<string>();
  return [...containers].flatMap(([name, loaded]) => {
    const cycle = reported.has(name) ? undefined : cycleFrom(name, dependencies);
    if (cycle === undefined) return [];
    for (const member of cycle) reported.add(member);
    return [
      {
        code: "DependencyCycle",
        message: `containers wait for each other: ${[...cycle, name].join(" → ")}`,
        hint: "take one of the `dependsOn` out",
        location: loaded.locate(["spec", "dependsOn"]),
      },
    ];
  });
}

/** The names on a shortest way from `start` back to itself, `start` first. */
function cycleFrom(
  start: string,
  dependencies: (name: string) => readonly string[],
): readonly string[] | undefined {
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
