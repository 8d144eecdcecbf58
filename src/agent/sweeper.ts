/** Looks into every running container within each interval, one after another, and says when something drifted. */
import type { ActualContainer, ContainerSweep } from "../observe/actual-state.ts";
import { actualContainer } from "../observe/observe-lxd.ts";
import { sweepContainer } from "../observe/sweep.ts";
import type { Lxd } from "../lxd/lxd.ts";
import { LXD_STATUS } from "../lxd/status-codes.ts";
import type { DesiredContainer, DesiredState } from "../model/desired-state.ts";
import type { Clock } from "../system/clock.ts";
import { describeError } from "../system/errors.ts";
import type { Logger } from "../system/logger.ts";

/** The rest is for the last look itself, and for the pass that repairs what was found. */
const ROUND_SHARE = 0.8;
/** How soon it is asked again while nobody knows yet what there should be. */
const IDLE_SHARE = 1 / 30;

export interface SweeperOptions {
  readonly lxd: Lxd;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Each container is looked into at least this often, and what is found can be repaired within it. */
  readonly intervalMs: number;
  readonly desired: () => DesiredState | undefined;
  /** Something inside differs from what was written. */
  readonly onDrift: (container: string) => void;
}

export interface Sweeper {
  /** What passes may use: only what was seen since the container was last written to. */
  readonly sweeps: ReadonlyMap<string, ContainerSweep>;
  /** Convene has just written there: what was seen before says nothing any more. */
  forget(container: string): void;
  /** Looks into these now, for a pass that is about to compare: it finds the drift itself, so nobody else is told. */
  lookAgain(containers: readonly string[], signal: AbortSignal): Promise<void>;
  run(signal: AbortSignal): Promise<void>;
}

export function createSweeper(options: SweeperOptions): Sweeper {
  const sweeps = new Map<string, ContainerSweep>();
  const generation = new Map<string, number>();

  const forget = (name: string) => {
    sweeps.delete(name);
    generation.set(name, (generation.get(name) ?? 0) + 1);
  };

  /** Answers whether something inside has drifted. */
  const look = async (container: DesiredContainer, signal: AbortSignal): Promise<boolean> => {
    const { name } = container;
    const before = generation.get(name) ?? 0;
    const withAccounts = options.desired()?.accounts.some((one) => one.container === name) ?? false;
    try {
      const instance = await options.lxd.instance(name);
      const live = instance && actualContainer(instance, undefined);
      if (!live || live.statusCode !== LXD_STATUS.running || live.record.role !== "active") {
        sweeps.delete(name);
        return false;
      }
      const sweep = await sweepContainer(options.lxd, container, live.record, withAccounts, signal);
      if ((generation.get(name) ?? 0) !== before) return false;
      sweeps.set(name, sweep);
      return hasDrifted(live, sweep);
    } catch (error) {
      if (!signal.aborted)
        options.logger.warn("a container could not be looked into", {
          container: name,
          error: describeError(error),
        });
      return false;
    }
  };

  /** Each at its own time since the round began, so that looks that take long do not add up. */
  const round = async (signal: AbortSignal) => {
    const began = options.clock.monotonic();
    const containers = options.desired()?.containers ?? [];
    const length = options.intervalMs * ROUND_SHARE;
    if (containers.length === 0) await options.clock.sleep(options.intervalMs * IDLE_SHARE, signal);
    for (const [index, container] of containers.entries()) {
      const due = began + (length * (index + 1)) / containers.length;
      await options.clock.sleep(Math.max(0, due - options.clock.monotonic()), signal);
      if (await look(container, signal)) options.onDrift(container.name);
    }
  };

  return {
    sweeps,
    forget,
    lookAgain: async (names, signal) => {
      const containers = options.desired()?.containers ?? [];
      const wanted = containers.filter(({ name }) => names.includes(name));
      await Promise.all(wanted.map((container) => look(container, signal)));
    },
    run: async (signal) => {
      while (!signal.aborted) {
        try {
          await round(signal);
        } catch (error) {
          if (!signal.aborted) throw error;
        }
      }
    },
  };
}

function hasDrifted(live: ActualContainer, sweep: ContainerSweep): boolean {
  const files = Object.entries(live.record.files).some(([path, { digest }]) => sweep.files[path] !== digest);
  const accounts = sweep.accounts
    ? Object.keys(live.record.accounts).some((jid) => !sweep.accounts?.includes(jid))
    : false;
  return files || accounts || sweep.stoppedUnits.length > 0;
}
