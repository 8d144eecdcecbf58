/** What a pass is made of, shared by the files that do its parts. */
import type { WaitMemory } from "../gate/wait-memory.ts";
import type { DesiredState } from "../model/desired-state.ts";
import type { ActualState } from "../observe/actual-state.ts";
import type { StatusStore } from "../status/status-store.ts";
import type { AgentOptions } from "./agent-options.ts";
import type { CertificateSchedule } from "./certificate-schedule.ts";
import type { CheckRunner } from "../checks/check-runs.ts";
import type { CheckWatch } from "./check-watch.ts";
import type { ConsulDoor } from "./consul-door.ts";
import type { EventBus } from "./event-bus.ts";
import type { HeldActions } from "./held-actions.ts";
import type { PassResult } from "./pipeline.ts";
import type { SiteLoader } from "./site-loader.ts";
import type { Sweeper } from "./sweeper.ts";
import type { Verification } from "./verification.ts";

export interface PassDependencies {
  readonly options: AgentOptions;
  readonly status: StatusStore;
  readonly bus: EventBus;
  readonly loader: SiteLoader;
  readonly consulDoor: ConsulDoor;
  readonly sweeper: Pick<Sweeper, "sweeps" | "forget" | "lookAgain">;
  readonly certificates: CertificateSchedule;
  readonly runCheck: CheckRunner;
  readonly watch: CheckWatch;
  readonly verification: Verification;
  readonly waits: WaitMemory;
  readonly held: HeldActions;
  /** The commit this pass is about. */
  readonly worksOn: (commit: string) => void;
  /** The site's name, once a pass has seen it. */
  readonly siteName: () => string;
  /** What is there after the actions, for the table. */
  readonly lookAgain: (result: PassResult) => Promise<ActualState>;
  /** The desired state of the last pass that got so far. */
  readonly desired: () => DesiredState | undefined;
  readonly keepDesired: (desired: DesiredState) => void;
  /** Stops actions at once when the agent stops. */
  readonly signal: AbortSignal;
}
