/** Looks at what checks stand on: LXD itself, a container, a unit in it. */
import type { CheckResult } from "../checks/check.ts";
import { type RungSort } from "../checks/states/rung-graph.ts";
import { containerRung, HOST_RUNG, unitRung } from "../checks/states/site-rungs.ts";
import type { Lxd } from "../lxd/lxd.ts";
import { LXD_STATUS } from "../lxd/status-codes.ts";
import type { DesiredState } from "../model/desired-state.ts";
import type { ActualState } from "../observe/actual-state.ts";
import { type Clock, startStopwatch } from "../system/clock.ts";
import { describeError } from "../system/errors.ts";

export interface RungLooks {
  /** Undefined for a check, and for what is not there any more. */
  ask(name: string): Promise<CheckResult | undefined>;
  /** The same as a pass has just seen it. */
  ofPass(desired: DesiredState, actual: ActualState): readonly CheckResult[];
}

/** What of LXD is needed to look at them. */
export type GroundLxd = Pick<Lxd, "server" | "instance" | "exec">;

export interface RungLooksOptions {
  readonly lxd: GroundLxd;
  readonly clock: Clock;
  /** The LXD project, for what people are told to type. */
  readonly project: string;
  readonly desired: () => DesiredState | undefined;
}

const UNIT_MS = 10_000;

type Found = Pick<CheckResult, "ok" | "reason" | "message" | "severity"> & { readonly hint?: string };

interface Looked {
  readonly at: number;
  readonly milliseconds: number;
}

export function createRungLooks({ lxd, clock, project, desired }: RungLooksOptions): RungLooks {
  const result = (name: string, kind: RungSort, found: Found, looked: Looked): CheckResult => ({
    name,
    kind,
    target: name.slice(name.indexOf("/") + 1),
    ...found,
    phases: [{ name: "look", milliseconds: looked.milliseconds }],
    evidence: {},
    checkedAt: looked.at,
  });

  const look = async (name: string, kind: RungSort, find: () => Promise<Found>): Promise<CheckResult> => {
    const at = clock.now();
    const elapsed = startStopwatch(clock);
    const found = await find().catch((error: unknown) => notKnown(describeError(error)));
    return result(name, kind, found, { at, milliseconds: elapsed() });
  };

  return {
    ask: async (name) => {
      if (name === HOST_RUNG) return look(name, "host", () => findHost(lxd));
      for (const container of desired()?.containers ?? []) {
        if (name === containerRung(container.name))
          return look(name, "container", async () =>
            containerFound(container.name, (await lxd.instance(container.name))?.status_code, project),
          );
        for (const unit of container.services)
          if (name === unitRung(container.name, unit.name))
            return look(name, "unit", () => findUnit(lxd, container.name, unit.name));
      }
      return undefined;
    },
    ofPass: ({ containers }, actual) => {
      const codes = new Map(actual.containers.map((one) => [one.name, one.statusCode]));
      const looked = { at: clock.now(), milliseconds: 0 };
      return containers.map(({ name }) =>
        result(containerRung(name), "container", containerFound(name, codes.get(name), project), looked),
      );
    },
  };
}

async function findHost(lxd: GroundLxd): Promise<Found> {
  try {
    await lxd.server();
    return well("LXD answers");
  } catch (error) {
    const hint = "see `journalctl -u lxd`, or `-u snap.lxd.daemon` with the snap; what runs goes on running";
    return failing("lxd_unreachable", describeError(error), hint);
  }
}

function containerFound(name: string, statusCode: number | undefined, project: string): Found {
  if (statusCode === LXD_STATUS.running) return well("it runs");
  const look = `\`lxc --project ${project} info ${name} --show-log\` says why`;
  if (statusCode === undefined)
    return failing(
      "container_missing",
      `there is no container ${name}`,
      "convene makes it again: see `convene status`",
    );
  if (statusCode === LXD_STATUS.frozen)
    return failing("container_frozen", `the container ${name} is frozen`, look);
  return failing(
    "container_stopped",
    `the container ${name} does not run (LXD status ${statusCode})`,
    `convene starts it again, unless it is suspended; if it does not stay up, ${look}`,
  );
}

async function findUnit(lxd: GroundLxd, container: string, unit: string): Promise<Found> {
  const command = ["systemctl", "is-active", unit];
  const { exitCode, stdout } = await lxd.exec({ instance: container, command, timeoutMs: UNIT_MS });
  if (exitCode === 0) return well("it runs");
  const hint = `convene starts it again; \`convene logs ${container}\` says why it does not run`;
  return failing(
    "unit_stopped",
    `${unit} in the container ${container} is ${stdout.trim() || "unknown"}`,
    hint,
  );
}

function well(message: string): Found {
  return { ok: true, reason: "ok", message, severity: "ok" };
}

function failing(reason: string, message: string, hint: string): Found {
  return { ok: false, reason, message, severity: "critical", hint };
}

/** A look that could not be made says nothing: LXD is looked at apart. */
function notKnown(message: string): Found {
  return { ok: false, reason: "not_asked", message, severity: "info" };
}
