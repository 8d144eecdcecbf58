/** Which files inside a container have to be written, and how much of it running services notice. */
import type { DesiredContainer, DesiredFile, Disruption } from "../model/desired-state.ts";
import type { ActualContainer, RecordedFile } from "../observe/actual-state.ts";
import { isUnfinished } from "../observe/instance-record.ts";
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
  const left = Object.entries((replaced ? undefined : found?.record.files) ?? {}).filter(
    ([path]) => !wanted.has(path),
  );
  const removals = left.map(([path]) => path).toSorted();
  const stopped = stoppedUnits(container, actual);
  const misled = fresh ? [] : misledUnits(container, left).filter((name) => !stopped.includes(name));
  const startUnits = fresh ? container.services.map((unit) => unit.name) : [...stopped, ...misled];
  if (judged.length + removals.length + startUnits.length === 0) return [];
  const cause = fresh ? "new" : causeOf(judged, removals);
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
              (unit): Change => ({
                field: `unit ${unit}`,
                before: misled.includes(unit) ? "may have read what is removed" : "not running",
                after: "running",
              }),
            )),
      ],
      disruption: fresh
        ? "none"
        : worst([
            ...judged.map((one) => disruptionOf(one.write, container)),
            ...misled.map((name) => restartDisruption(name, container)),
          ]),
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
  const write: FileWrite = { file, effect: live ? "live" : "full" };
  if (recorded === undefined) return [{ write, cause: "new" }];
  if (isUnfinished(recorded)) return [{ write, cause: "interrupted" }];
  return [{ write, cause: drifted && recorded.digest === file.digest ? "drift" : "changed" }];
}

function causeOf(judged: readonly Judged[], removals: readonly string[]): Cause {
  const causes = new Set(judged.map((one) => one.cause));
  if (causes.has("changed") || causes.has("new") || removals.length > 0) return "changed";
  return causes.has("interrupted") ? "interrupted" : "drift";
}

/** Units that may run with a file that is about to be removed, because its write did not end. */
function misledUnits(
  container: DesiredContainer,
  left: readonly (readonly [string, RecordedFile])[],
): string[] {
  const told = new Set(left.map(([, file]) => file.unit));
  return container.services.map((unit) => unit.name).filter((name) => told.has(name));
}

function stoppedUnits(container: DesiredContainer, actual: ActualContainer | undefined): string[] {
  const stopped = new Set(actual?.sweep?.stoppedUnits ?? []);
  return container.services.map((unit) => unit.name).filter((name) => stopped.has(name));
}

function describeWrite(container: string, { write, cause }: Judged): Change {
  const { file } = write;
  return {
    field: `${container}:${file.path}`,
    ...beforeOf(cause),
    after: describeReaction(write),
    ...(file.origin ? { origin: file.origin } : {}),
  };
}

function beforeOf(cause: Cause): Pick<Change, "before"> {
  if (cause === "new") return {};
  if (cause === "interrupted") return { before: "not finished" };
  return { before: cause === "drift" ? "edited by hand" : "earlier version" };
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
  return restartDisruption(reaction.unit, container);
}

function restartDisruption(name: string, container: DesiredContainer): Disruption {
  return container.services.find((unit) => unit.name === name)?.disruption ?? "reload";
}

function worst(disruptions: readonly Disruption[]): Disruption {
  return disruptions.reduce<Disruption>((most, one) => (RANK[one] > RANK[most] ? one : most), "none");
}

function reasonFor(cause: Cause, writes: number, startUnits: readonly string[]): string {
  if (cause === "new") return "the container is new";
  if (cause === "changed") return "rendered files differ from what the container has";
  if (cause === "interrupted") return "an earlier change of its files was not finished";
  if (writes === 0) return `not running: ${startUnits.join(", ")}`;
  return "files inside differ from what convene wrote";
}
