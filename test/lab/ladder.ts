/** The agent's own watch over a meeting lab's site: every check that is shipped, and what it stands on, looked at when told. */
import { createCheckWatch, type CheckWatch } from "../../src/agent/check-watch.ts";
import { createRungLooks, type GroundLxd } from "../../src/agent/rung-looks.ts";
import { checkProblems } from "../../src/alerts/check-problems.ts";
import { limitCheckRuns } from "../../src/checks/check-runs.ts";
import { checkKind, runCheck } from "../../src/checks/registry.ts";
import { isGround } from "../../src/checks/states/site-rungs.ts";
import { LXD_STATUS } from "../../src/lxd/status-codes.ts";
import type { DesiredCheck, DesiredState } from "../../src/model/desired-state.ts";
import { NO_HISTORY } from "../../src/status/check-history.ts";
import type { CheckMemoryStore } from "../../src/status/check-memory.ts";
import type { CheckStatus } from "../../src/status/check-status.ts";
import { systemClock } from "../../src/system/clock.ts";
import { criticalFailures, verify } from "../../src/verify/verify.ts";
import type { MeetingLab } from "./meeting-lab.ts";
import type { LabServer } from "./meeting-lab-server.ts";
import { silentLogger } from "./silent-logger.ts";

export interface Ladder {
  /** Looks at everything, or at these, and waits until everybody knows what it stands on. */
  climb(names?: readonly string[]): Promise<void>;
  statuses(): readonly CheckStatus[];
  /** What people are told of it, as `RUNG reason`. */
  told(): readonly string[];
  /** Names of the checks for which a change would not be taken for healthy, were this what verification finds. */
  unhealthy(): Promise<readonly string[]>;
}

/** One look is believed, and what is silent is not waited for as long as on a real site; nothing else is changed. */
function impatient(check: DesiredCheck): DesiredCheck {
  const once = { needed: 1, of: 1 };
  const patience = PATIENCE[check.kind] ?? { timeout: "6s" };
  return { ...check, spec: { ...check.spec, ...patience }, confirm: { down: once, up: once } };
}

const ROUNDS = 4;
const PATIENCE: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  bridge: { hold: "200ms" },
  conference: { packets: 20 },
};

export function createLadder(lab: MeetingLab, signal: AbortSignal): Ladder {
  const desired: DesiredState = { ...lab.desired, checks: lab.checks.map(impatient) };
  const context = lab.checkContext();
  const watch = createCheckWatch({
    clock: systemClock,
    logger: silentLogger,
    random: Math.random,
    signal,
    runCheck: limitCheckRuns({
      isHeavy: ({ kind }) => checkKind(kind)?.heavy ?? false,
      run: (check, until, transcript) =>
        runCheck(check, { ...context, signal: until, transcript: transcript ?? context.transcript }),
    }),
    rungs: createRungLooks({
      lxd: labLxd(lab),
      clock: systemClock,
      project: "lab",
      desired: () => desired,
    }),
    memory: noMemory(),
    onLook: () => undefined,
    onTrouble: () => undefined,
  });
  watch.configure(desired);
  return {
    climb: async (names = desired.checks.map(({ name }) => name)) => {
      const broken = watch.statuses().filter(({ name, state }) => isGround(name) && state !== "up");
      await Promise.all([...broken.map(({ name }) => name), ...names].map((name) => watch.look(name)));
      // What was not asked because of another, or is not believed at one look: LXD's own are not impatient.
      for (let round = 0; round < ROUNDS; round += 1) {
        const open = unsettled(watch);
        if (open.length === 0) break;
        await Promise.all(open.map((name) => watch.look(name)));
      }
    },
    statuses: () => watch.statuses(),
    told: () => told(watch),
    unhealthy: async () => {
      const results = new Map(watch.statuses().map((status) => [status.name, status]));
      const found = await verify(desired.checks, {
        clock: systemClock,
        run: (check) => Promise.resolve(resultOf(check, results)),
        deadline: Number.NEGATIVE_INFINITY,
        concurrency: 1,
        onResult: () => undefined,
        signal,
      });
      return criticalFailures(found).map(({ name }) => name);
    },
  };
}

/** Names of what is pending, and of what is unknown although its cause works. */
function unsettled({ board }: CheckWatch): readonly string[] {
  return board
    .standings()
    .filter(
      ({ state, cause, result }) =>
        state === "pending" ||
        (state === "unknown" && cause === undefined) ||
        (state === "down" && result?.ok === true),
    )
    .map(({ name }) => name);
}

function resultOf({ name }: DesiredCheck, results: ReadonlyMap<string, CheckStatus>): CheckStatus {
  const result = results.get(name);
  if (result === undefined) throw new Error(`${name} was never looked at`);
  return result;
}

/** What is being taken out of service is no problem, and is shown. */
function told(watch: CheckWatch): readonly string[] {
  const statuses = watch.statuses();
  const problems = checkProblems(statuses).map(({ subject, reason }) => `${subject} ${reason}`);
  const leaving = statuses.filter(({ state }) => state === "maintenance");
  return [...problems, ...leaving.map(({ name, reason }) => `${name} ${reason}`)];
}

/** Containers always run; a unit does while the lab's server of that name does. */
function labLxd(lab: MeetingLab): GroundLxd {
  const { haproxy, nginx, coturn, prosody, focus, bridges } = lab.servers;
  const units = new Map<string, LabServer>([
    ["proxy/haproxy", haproxy],
    ["turn/coturn", coturn],
    ["jitsi/nginx", nginx],
    ["jitsi/prosody", prosody],
    ["jitsi/jicofo", focus],
    ...bridges.map((bridge) => [`${bridge.name}/jitsi-videobridge2`, bridge] as const),
  ]);
  return {
    server: () => Promise.resolve({ version: "lab", extensions: new Set() }),
    instance: (name) => Promise.resolve({ ...INSTANCE, name }),
    exec: ({ instance, command }) => {
      const isActive = units.get(`${instance}/${command.at(-1)}`)?.isRunning() ?? true;
      return Promise.resolve(
        isActive
          ? { exitCode: 0, stdout: "active", stderr: "" }
          : { exitCode: 3, stdout: "inactive", stderr: "" },
      );
    },
  };
}

const INSTANCE = {
  status_code: LXD_STATUS.running,
  config: {},
  devices: {},
  description: "",
  profiles: [],
  created_at: "",
  architecture: "",
  ephemeral: false,
  stateful: false,
};

function noMemory(): CheckMemoryStore {
  return {
    remembered: new Map(),
    add: () => undefined,
    keep: () => undefined,
    historyOf: () => NO_HISTORY,
    source: () => undefined,
    flush: () => Promise.resolve(),
  };
}
