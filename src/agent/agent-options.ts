/** Everything the agent is made of; main.ts hands it in. */
import type { CheckContext, CheckResult } from "../checks/check.ts";
import type { HostSettings } from "../config/host-settings.ts";
import type { Consul } from "../consul/consul.ts";
import type { OwnParticipants } from "../gate/participants.ts";
import type { Lxd } from "../lxd/lxd.ts";
import type { DesiredConsul, DesiredReceiver, DesiredState } from "../model/desired-state.ts";
import type { TemplateEngine } from "../model/templates.ts";
import type { AlertFigures } from "../metrics/metrics-state.ts";
import type { SecretStore } from "../secrets/secret-store.ts";
import type { SourceRepository } from "../source/repository.ts";
import type { CheckMemoryStore } from "../status/check-memory.ts";
import type { HistoryStore } from "../status/history-store.ts";
import type { Status } from "../status/status.ts";
import type { Clock } from "../system/clock.ts";
import type { ErrorReport } from "../system/errors.ts";
import type { Logger } from "../system/logger.ts";
import type { ProcessFigures } from "../system/process-figures.ts";
import type { Secret } from "../system/secret.ts";
import type { StateFiles } from "./state-files.ts";

/** Who is told when the status turns bad, and when it is good again (src/alerts/). */
export interface AlertSink {
  configure(receivers: readonly DesiredReceiver[]): void;
  /** How many there are, and how many messages were taken. */
  figures(): AlertFigures;
  observe(status: Status): void;
}

export interface AgentOptions {
  readonly version: string;
  readonly settings: HostSettings;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly random: () => number;
  readonly repository: SourceRepository;
  readonly lxd: Lxd;
  /** The same LXD for actions, which may take long: each sign of life of an operation is progress. */
  readonly actingLxd: Lxd;
  readonly connectConsul: (where: DesiredConsul, site: string, token: Secret) => Consul;
  readonly store: SecretStore;
  /** Writes nothing; for planning trees that have not landed. */
  readonly planStore: SecretStore;
  readonly engine: TemplateEngine;
  readonly history: HistoryStore;
  readonly alerts: AlertSink;
  readonly checkMemory: CheckMemoryStore;
  /** Endpoints of checks, which the gate does not take for people. */
  readonly ownParticipants: OwnParticipants;
  readonly state: StateFiles;
  /** Where root keeps values for `Secret` manifests, and the key for encrypted ones. */
  readonly hostSecrets: string;
  readonly identityFile: string;
  /** PEM root of a private ACME server, or empty. */
  readonly acmeRoot: string;
  readonly checkContext: (options: CheckContextInput) => CheckContext;
  readonly checkHost: (
    desired: DesiredState,
    transcript: (line: string) => void,
    signal: AbortSignal,
  ) => Promise<readonly CheckResult[]>;
  /** Follows refs and the remote; calls back when the branch may have moved, and with what is wrong with the remote. */
  readonly watchSource: (
    onChange: () => void,
    onRemote: (error: ErrorReport | undefined) => void,
    signal: AbortSignal,
  ) => Promise<void>;
  /** What the agent's process takes. */
  readonly process: () => ProcessFigures;
  /** Feeds the watchdog: every finished pass, every progress of what a pass does; nothing beside the loop. */
  readonly onProgress: () => void;
}

export interface CheckContextInput {
  readonly resolve: (host: string) => Promise<readonly string[]>;
  readonly secret: (name: string) => Promise<Secret>;
  readonly readCertificate: (domain: string) => Promise<string | undefined>;
  readonly readPrivateKey: (domain: string) => Promise<Secret | undefined>;
}
