/** A converged sample site on a simulated host, to run single actions on. */
import type { ApplyContext } from "../../src/apply/apply-context.ts";
import { runAction } from "../../src/apply/run-action.ts";
import type { Lxd } from "../../src/lxd/lxd.ts";
import type { Action } from "../../src/plan/action.ts";
import { ConveneError } from "../../src/system/errors.ts";
import { createHastyClock } from "./fake-clock.ts";
import { type FakeHost, createFakeHost } from "./fake-host.ts";
import { converge } from "./sample-pass.ts";
import { SAMPLE_HOST, sampleSite } from "./sample-site.ts";
import { silentLogger } from "./silent-logger.ts";

export interface ActionLab {
  readonly host: FakeHost;
  /** Every command with its environment that was run in a container. */
  readonly commands: readonly string[];
  run(action: Action): Promise<void>;
  /** Runs what has to fail, and answers how it did. */
  failure(action: Action): Promise<ConveneError>;
}

/** What every action has and these tests do not care about. */
export const ANY_ACTION = {
  subject: "",
  cause: "changed",
  reason: "",
  changes: [],
  disruption: "none",
  dependsOn: [],
} as const;

/** `overrides` stand in for methods of LXD. */
export async function createActionLab(overrides: Partial<Lxd> = {}): Promise<ActionLab> {
  const host = createFakeHost(SAMPLE_HOST);
  await converge(host, (foreign) => sampleSite({}, foreign));
  for (const { guest } of host.inside.instances.values()) guest.log.length = 0;
  const commands: string[] = [];
  const lxd: Lxd = new Proxy(host.lxd, {
    get: (target, property, receiver) => {
      const exec: Lxd["exec"] = (request) => {
        commands.push(JSON.stringify([request.command, request.environment]));
        return target.exec(request);
      };
      const method: unknown = Reflect.get({ exec, ...overrides }, property);
      return method ?? (Reflect.get(target, property, receiver) as unknown);
    },
  });
  const context: ApplyContext = {
    lxd,
    consul: host.consul,
    clock: createHastyClock(),
    logger: silentLogger,
    site: SAMPLE_HOST.site,
    pool: SAMPLE_HOST.pool,
    project: "sample",
    buildNetwork: "build0",
    progress: () => undefined,
    signal: new AbortController().signal,
  };
  const run = (action: Action) => runAction(action, context);
  return {
    host,
    commands,
    run,
    failure: async (action) => {
      const error = await run(action).catch((thrown: unknown) => thrown);
      if (error instanceof ConveneError) return error;
      throw new Error("it did not fail as it should", { cause: error });
    },
  };
}
