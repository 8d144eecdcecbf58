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

export interface SweeperOptions {
  readonly lxd: Lxd;
  readonly clock: Clock;
  readonly logger: Logger;
  /** A whole round over all containers takes about this long. */
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
  /** Sweeps the named containers (all when absent) now. */
  sweepNow(containers?: readonly string[]): Promise<void>;
  run(signal: AbortSignal): Promise<void>;
}

export function createSweeper(options: SweeperOptions): Sweeper {
  const sweeps = new Map<string, ContainerSweep>();
  const generation = new Map<string, number>();

  const forget = (name: string) => {
    sweeps.delete(name);
    generation.set(name, (generation.get(name) ?? 0) + 1);
  };

  const sweepOne = async (container: DesiredContainer, live: ActualContainer, signal: AbortSignal) => {
    const before = generation.get(container.name) ?? 0;
    const withAccounts = options.desired()?.accounts.some((one) => one.container === container.name) ?? false;
    try {
      const sweep = await sweepContainer(options.lxd, container, live.record, withAccounts, signal);
      if ((generation.get(container.name) ?? 0) !== before) return;
      sweeps.set(container.name, sweep);
      if (hasDrifted(live, sweep)) options.onDrift(container.name);
    } catch (error) {
      if (!signal.aborted)
        options.logger.warn("a container could not be looked into", {
          container: container.name,
          error: describeError(error),
        });
    }
  };

  const round = async (names: readonly string[] | undefined, pauseMs: number, signal: AbortSignal) => {
    const desired = options.desired();
    if (!desired) return;
    const live = new Map(
      (await options.lxd.instances()).map((instance) => [
        instance.name,
        actualContainer(instance, undefined),
      ]),
    );
    for (const container of desired.containers.filter((one) => !names || names.includes(one.name))) {
      const found = live.get(container.name);
      if (!found || found.statusCode !== LXD_STATUS.running || found.record.role !== "active") {
        sweeps.delete(container.name);
        continue;
      }
      await sweepOne(container, found, signal);
      if (pauseMs > 0) await options.clock.sleep(pauseMs, signal);
    }
  };

  return {
    sweeps,
    forget,
    sweepNow: async (names) => round(names, 0, AbortSignal.timeout(120_000)),
    run: async (signal) => {
      while (!signal.aborted) {
        const count = Math.max(1, options.desired()?.containers.length ?? 1);
        const pause = Math.floor(options.intervalMs / count);
        try {
          await options.clock.sleep(Math.min(pause, options.intervalMs), signal);
          await round(undefined, Math.max(0, pause - 50), signal);
        } catch (error) {
          if (signal.aborted) return;
          options.logger.warn("a round of sweeps failed", { error: describeError(error) });
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
