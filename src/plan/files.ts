/** Which files inside a container have to be written, and how much of it running services notice. */
import type { DesiredContainer, DesiredFile, Disruption } from "../model/desired-state.ts";
import type { ActualContainer } from "../observe/actual-state.ts";
import type { Action, Cause, Change, FileWrite } from "./action.ts";
import { actionId } from "./ids.ts";

const RANK: Readonly<Record<Disruption, number>> = { none: 0, reload: 1, calls: 2 };

interface Judged {
  readonly write: FileWrite;
  readonly cause: Cause;
}

export interface FileOptions {
  /** Nothing of ours is inside yet. */
  readonly replaced: boolean;
  /** Whether Consul tells its keys just now: if not, what is rendered from them and is there already stays. */
  readonly keysKnown: boolean;
  readonly dependsOn: readonly string[];
}

/**
 * All file work of a container as one action. What is inside is known from the last fresh sweep, otherwise from
 * the record on the instance.
 */
export function planFiles(
  container: DesiredContainer,
  found: ActualContainer | undefined,
  { replaced, keysKnown, dependsOn }: FileOptions,
): Action[] {
  // Nothing recorded: an earlier pass made the container and did not get to its files.
  const fresh = replaced || found?.record.configured !== true;
  const actual = fresh ? undefined : found;
  const judged = container.files
    .filter((file) => !file.deferred && (keysKnown || fresh || !file.usesEffectiveKv))
    .flatMap((file) => judge(file, actual));
  const wanted = new Set(container.files.map((file) => file.path));
  const removals = Object.keys((replaced ? undefined : found?.record.files) ?? {})
    .filter((path) => !wanted.has(path))
    .toSorted();
  const startUnits = fresh ? container.services.map((unit) => unit.name) : stoppedUnits(container, actual);
  if (judged.length + removals.length + startUnits.length === 0) return [];
  const causes = new Set(judged.map((one) => one.cause));
  const cause: Cause = fresh ? "new" : causes.has("changed") || removals.length > 0 ? "changed" : "drift";
  return [
    {
      kind: "apply-files",
      id: actionId.applyFiles(container.name),
      subject: `files ${container.name}`,
      cause,
      reason: reasonFor(cause, judged.length, startUnits),
      changes: [
        ...judged.map((one) => describeWrite(container.name, one)),
        ...removals.map(
          (path): Change => ({ field: `${container.name}:${path}`, before: "written earlier" }),
        ),
        ...(fresh
          ? []
          : startUnits.map(
              (unit): Change => ({ field: `unit ${unit}`, before: "not running", after: "running" }),
            )),
      ],
      disruption: fresh ? "none" : worst(judged.map((one) => disruptionOf(one.write, container))),
      dependsOn,
      container,
      writes: judged.map((one) => one.write),
      removals,
      startUnits,
    },
  ];
}

function judge(file: DesiredFile, actual: ActualContainer | undefined): Judged[] {
  if (!actual) return [{ write: { file, effect: "full" }, cause: "new" }];
  const recorded = actual.record.files[file.path];
  const inside = actual.sweep ? actual.sweep.files[file.path] : recorded?.digest;
  if (inside === file.digest && recorded?.digest === file.digest) return [];
  const drifted = recorded !== undefined && inside !== recorded.digest;
  const live = !drifted && file.live !== undefined && recorded?.structure === file.structureDigest;
  const cause =
    recorded === undefined ? "new" : drifted && recorded.digest === file.digest ? "drift" : "changed";
  return [{ write: { file, effect: live ? "live" : "full" }, cause }];
}

function stoppedUnits(container: DesiredContainer, actual: ActualContainer | undefined): string[] {
  const stopped = new Set(actual?.sweep?.stoppedUnits ?? []);
  return container.services.map((unit) => unit.name).filter((name) => stopped.has(name));
}

function describeWrite(container: string, { write, cause }: Judged): Change {
  const { file } = write;
  return {
    field: `${container}:${file.path}`,
    ...(cause === "new" ? {} : { before: cause === "drift" ? "edited by hand" : "earlier version" }),
    after: describeReaction(write),
    ...(file.origin ? { origin: file.origin } : {}),
  };
}

function describeReaction({ file, effect }: FileWrite): string {
  if (effect === "live") return "taken over live";
  switch (file.onChange.kind) {
    case "nothing":
      return "written";
    case "reload":
      return `reloads ${file.onChange.unit}`;
    case "restart":
      return `restarts ${file.onChange.unit}`;
    case "command":
      return `runs ${file.onChange.command[0] ?? "a command"}`;
  }
}

function disruptionOf({ file, effect }: FileWrite, container: DesiredContainer): Disruption {
  const reaction = file.onChange;
  if (effect === "live" || reaction.kind === "nothing") return "none";
  if (reaction.kind === "reload") return "reload";
  if (reaction.kind === "command") return reaction.disruption;
  return container.services.find((unit) => unit.name === reaction.unit)?.disruption ?? "reload";
}

function worst(disruptions: readonly Disruption[]): Disruption {
  return disruptions.reduce<Disruption>((most, one) => (RANK[one] > RANK[most] ? one : most), "none");
}

function reasonFor(cause: Cause, writes: number, startUnits: readonly string[]): string {
  if (cause === "new") return "the container is new";
  if (cause === "changed") return "rendered files differ from what the container has";
  if (writes === 0) return `not running: ${startUnits.join(", ")}`;
  return "files inside differ from what convene wrote";
}
