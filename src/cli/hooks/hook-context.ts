/** What both hooks work with. */
import type { HostSettings } from "../../config/host-settings.ts";
import type { AgentClient } from "../../control/client.ts";
import type { PushOptions, RefUpdate } from "../../source/hooks/push-request.ts";
import type { SourceRepository } from "../../source/repository.ts";
import type { Clock } from "../../system/clock.ts";
import type { CliDependencies } from "../cli-dependencies.ts";

export interface HookContext {
  readonly settings: HostSettings;
  readonly updates: readonly RefUpdate[];
  readonly options: PushOptions;
  /** Sees the pushed objects in pre-receive. */
  readonly repository: SourceRepository;
  readonly client: AgentClient;
  readonly validate: CliDependencies["validate"];
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Aborts when the pusher's terminal is gone: following ends, the agent goes on. */
  readonly terminal: AbortSignal | undefined;
  /** One line in the pusher's terminal. */
  readonly print: (line: string) => void;
}
