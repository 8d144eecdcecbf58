/** The agent's half of the composition root, apart from main.ts so that the other verbs start quickly. */
import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { createAgent } from "./agent/agent.ts";
import { openStateFiles } from "./agent/state-files.ts";
import { createAlerts } from "./alerts/create-alerts.ts";
import { createCheckContext } from "./checks/check-context.ts";
import { checkHost } from "./checks/host/check-host.ts";
import { hostExpectation } from "./checks/host/host-expectation.ts";
import { systemReaders } from "./checks/host/host-readers.ts";
import { createMediaLauncher } from "./checks/media/media-launcher.ts";
import { createOwnParticipants } from "./checks/own-participants.ts";
import type { HostSettings } from "./config/host-settings.ts";
import { socketPaths } from "./config/host-settings.ts";
import { createConsul } from "./consul/create-consul.ts";
import type { AgentApi } from "./control/agent-api.ts";
import { type MetricsServer, serveMetrics } from "./control/metrics-server.ts";
import { createControlServer } from "./control/server.ts";
import { openSockets } from "./control/sockets.ts";
import type { HostPaths } from "./host/host-paths.ts";
import { SYSCTL_MINIMA } from "./host/sysctls.ts";
import { createLxd } from "./lxd/client.ts";
import { createTemplateEngine } from "./model/templates.ts";
import { createSecretStore } from "./secrets/secret-store.ts";
import { openRepository } from "./source/repository.ts";
import { followRemote } from "./source/remote/follow-remote.ts";
import { watchRefs } from "./source/watch-refs.ts";
import { openCheckMemory } from "./status/check-memory.ts";
import { createHistoryStore } from "./status/history-store.ts";
import { systemClock } from "./system/clock.ts";
import { dropPrivileges, groupId, requireGroup } from "./system/drop-privileges.ts";
import { describeError } from "./system/errors.ts";
import { createLogger, type Logger } from "./system/logger.ts";
import { processFigures } from "./system/process-figures.ts";
import { createNotifier } from "./system/notify.ts";

export interface RunOptions {
  readonly settings: HostSettings;
  readonly paths: HostPaths;
  readonly lxdSocket: string;
  readonly version: string;
  /** media-child.ts or its bundle. */
  readonly mediaScript: string;
  readonly signal: AbortSignal;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** `process`, for what only it can do. */
  readonly process: NodeJS.Process;
}

/** Group that may use LXD's socket; the account itself is not in it, only the agent's process is. */
const LXD_GROUP = "lxd";

export async function runAgent(options: RunOptions): Promise<void> {
  const { settings, paths, environment, signal } = options;
  const logger = createLogger({
    level: environment["CONVENE_LOG_LEVEL"] === "debug" ? "debug" : "info",
    format: environment["JOURNAL_STREAM"] === undefined ? "text" : "journal",
    stream: options.process.stderr,
  });
  const sockets = await openSockets({
    paths: socketPaths(settings),
    groupId: await requireGroup(settings.user),
    environment,
    processId: options.process.pid,
  });
  const lxdGroup = (await groupId(LXD_GROUP)) === undefined ? [] : [LXD_GROUP];
  dropPrivileges(identity(options.process), settings.user, lxdGroup);

  const notifier = createNotifier(environment, systemClock);
  const acmeRoot = settings.acme.rootFile === undefined ? "" : await readFile(settings.acme.rootFile, "utf8");
  const state = (name: string) => join(settings.stateDirectory, name);
  const lxdOptions = {
    socketPath: options.lxdSocket,
    project: settings.lxd.project,
    clock: systemClock,
    logger,
  };
  const media = createMediaLauncher(options.mediaScript);
  const ownParticipants = createOwnParticipants(systemClock);
  const agent = createAgent(
    {
      version: options.version,
      settings,
      clock: systemClock,
      logger,
      process: () => processFigures(options.process, systemClock.now()),
      random: Math.random,
      repository: openRepository({ gitDirectory: settings.repository, branch: settings.branch, signal }),
      lxd: createLxd(lxdOptions),
      actingLxd: createLxd({ ...lxdOptions, onOperationAlive: () => notifier.progress() }),
      connectConsul: (where, site, token) =>
        createConsul({ ...where, token, site, clock: systemClock, logger }),
      store: createSecretStore({ directory: settings.stateDirectory, randomBytes }),
      planStore: createSecretStore({ directory: settings.stateDirectory, randomBytes, readOnly: true }),
      engine: createTemplateEngine(),
      history: createHistoryStore(state("history.jsonl")),
      alerts: await createAlerts({
        logFile: state("alerts.json"),
        clock: systemClock,
        logger,
        random: Math.random,
        signal,
        extraRoots: splitPem(acmeRoot),
      }),
      checkMemory: await openCheckMemory({ path: state("checks.json"), clock: systemClock, logger, signal }),
      ownParticipants,
      state: await openStateFiles(settings.stateDirectory),
      hostSecrets: paths.secretsDirectory,
      identityFile: paths.ageIdentity,
      acmeRoot,
      checkContext: (input) =>
        createCheckContext({
          ...input,
          clock: systemClock,
          signal,
          extraRoots: splitPem(acmeRoot),
          media,
          ownParticipants,
        }),
      checkHost: (desired, transcript, checkSignal) =>
        checkHost(
          hostExpectation(desired, {
            paths: [settings.stateDirectory],
            sysctls: SYSCTL_MINIMA,
          }),
          systemReaders(),
          {
            clock: systemClock,
            signal: checkSignal,
            transcript,
          },
        ),
      watchSource: async (onChange, onRemote, watchSignal) => {
        await watchRefs({ gitDirectory: settings.repository, logger }, onChange, watchSignal);
        if (settings.remote) {
          followRemote({
            remote: settings.remote,
            gitDirectory: settings.repository,
            branch: settings.branch,
            credentialsDirectory: environment["CREDENTIALS_DIRECTORY"],
            logger,
            signal: watchSignal,
            report: onRemote,
          });
        }
      },
      onProgress: () => notifier.progress(),
    },
    signal,
  );
  const server = createControlServer({ api: agent.api, sockets, logger });
  const metrics = await openMetrics(settings, agent.api, logger);
  logger.info("convene runs", { version: options.version, repository: settings.repository });
  notifier.ready();
  await agent.run();
  notifier.stopping();
  await Promise.all([server.close(), metrics?.close()]);
}

/** An address that cannot be had is said, and stops nothing else. */
async function openMetrics(
  { metrics }: HostSettings,
  api: AgentApi,
  logger: Logger,
): Promise<MetricsServer | undefined> {
  if (metrics === undefined) return undefined;
  try {
    return await serveMetrics({ api, listen: metrics.listen, logger });
  } catch (error) {
    logger.error("metrics are not served", { error: describeError(error) });
    return undefined;
  }
}

/** A PEM file may hold several certificates: the ACME server's own root and the one it issues from. */
function splitPem(text: string): readonly string[] {
  return text.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
}

function identity(self: NodeJS.Process) {
  return {
    getuid: () => self.getuid?.() ?? -1,
    setgroups: (groups: readonly string[]) => self.setgroups?.([...groups]),
    setgid: (group: string) => self.setgid?.(group),
    setuid: (user: string) => self.setuid?.(user),
  };
}
