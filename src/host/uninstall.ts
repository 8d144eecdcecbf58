/** `convene uninstall`: takes away what `convene init` and the agent made, and nothing else; what cannot be made again stays until --purge. */
import { readdir, rm } from "node:fs/promises";
import type { HostSettings } from "../config/host-settings.ts";
import { ConveneError } from "../system/errors.ts";
import { LXD_STATUS } from "../lxd/status-codes.ts";
import { pollUntil } from "../system/retry.ts";
import { removeAccount } from "./account.ts";
import { isThere, removePath } from "./files.ts";
import type { HostPaths } from "./host-paths.ts";
import type { HostTools } from "./host-tools.ts";
import { isOurs, whose } from "./lxd-ownership.ts";
import type { HostObject } from "./lxd-ownership.ts";
import { removePool } from "./pool.ts";
import { requireRoot } from "./require-root.ts";
import { runSteps } from "./step.ts";
import type { SayLine, Step, StepResult } from "./step.ts";
import { removeUnits } from "./systemd-units.ts";
import type { ShippedUnits } from "./unit-text.ts";

const GRACE_MS = 10_000;
/** How long LXD is given to end what the agent began: publishing an image takes half a minute. */
const SETTLE_MS = 90_000;

export interface UninstallHostOptions {
  readonly tools: HostTools;
  readonly settings: HostSettings;
  readonly paths: HostPaths;
  /** The volumes stay too, and with them project, pool and networks: only the containers go. */
  readonly keepData: boolean;
  readonly units: ShippedUnits | undefined;
  /** Repository, state, cached base images, user and settings go too. */
  readonly purge: boolean;
}

/** Answers how many things were removed. An agent that systemd did not start must be stopped already. */
export async function uninstallHost(options: UninstallHostOptions, say: SayLine): Promise<number> {
  requireRoot(options.tools.uid, "convene uninstall");
  const removed = await runSteps(
    [
      { name: "systemd units", run: async () => await removeUnits(options.tools.run, options.units) },
      { name: "running operations", run: async () => await waitForOperations(options) },
      ...(options.keepData ? containerSteps(options) : lxdRemovalSteps(options)),
      ...kernelSteps(options),
      ...(options.purge ? purgeSteps(options) : keptSteps(options)),
    ],
    say,
  );
  if (!options.purge)
    say("  → what is kept, and the user it belongs to, goes with: convene uninstall --purge");
  return removed;
}

/** What LXD still does in the project (an instance being stopped, an image published) would refuse the removal. */
async function waitForOperations({ tools, settings }: UninstallHostOptions): Promise<StepResult> {
  const { project } = settings.lxd;
  if ((await whose(tools.server, "project", project, project)) !== "ours") return { outcome: "not there" };
  const ended = async (): Promise<true | undefined> => {
    const operations = await tools.lxd.operations();
    return operations.some((one) => one.status_code === LXD_STATUS.running) ? undefined : true;
  };
  const done = await pollUntil(ended, { clock: tools.clock, intervalMs: 500, timeoutMs: SETTLE_MS });
  if (done !== undefined) return { outcome: "not there" };
  throw new ConveneError({
    code: "LxdBusy",
    message: `LXD still works in project ${project}`,
    hint: `stop the agent first; see \`lxc operation list --project ${project}\``,
    retryable: true,
  });
}

/** With --keep-data: what can be built again from git and the kept volumes. */
function containerSteps({ tools, settings }: UninstallHostOptions): readonly Step[] {
  const { project } = settings.lxd;
  return [
    {
      name: "containers",
      run: async () => {
        if ((await whose(tools.server, "project", project, project)) !== "ours")
          return { outcome: "not there" };
        const removed = await tools.administration.clearInstances(project, isOurs, GRACE_MS);
        return { outcome: removed.length > 0 ? "removed" : "not there", detail: removed.join(", ") };
      },
    },
    { name: "volumes", run: async () => await Promise.resolve({ outcome: "kept" }) },
  ];
}

function lxdRemovalSteps({ tools, settings }: UninstallHostOptions): readonly Step[] {
  const { project, network, buildNetwork, pool } = settings.lxd;
  const { administration } = tools;
  const ours = (kind: HostObject, name: string, remove: () => Promise<StepResult>): Step => ({
    name: `lxd ${kind}`,
    run: async () => await removeIfOurs(tools, { kind, name, owner: project }, remove),
  });
  return [
    ours("project", project, async () => await removeProject(tools, project)),
    ours("network", network, async () => await removeNetwork(tools, network)),
    ours("network", buildNetwork, async () => await removeNetwork(tools, buildNetwork)),
    ours("network-acl", network, async () => {
      const user = await tools.lxd.network(network);
      if (user) return { outcome: "kept", detail: `the network ${network} is still there` };
      return { outcome: await administration.deleteNetworkAcl(network), detail: network };
    }),
    { name: "storage pool", run: async () => await removePool(tools, pool, project) },
  ];
}

/** Somebody else's objects in the project stay, and with them the project. */
async function removeProject({ administration }: HostTools, project: string): Promise<StepResult> {
  const left = await administration.clearProject(project, isOurs);
  if (left.length > 0) {
    const detail = `${project}: what convene made in it is gone, what others made stays: ${left.join(", ")}`;
    return { outcome: "kept", detail };
  }
  return { outcome: await administration.deleteProject(project), detail: project };
}

async function removeNetwork({ administration, lxd }: HostTools, name: string): Promise<StepResult> {
  const users = (await lxd.network(name))?.used_by ?? [];
  if (users.length > 0) return { outcome: "kept", detail: `${name} is used by ${users.join(", ")}` };
  return { outcome: await administration.deleteNetwork(name), detail: name };
}

async function removeIfOurs(
  tools: HostTools,
  object: { readonly kind: HostObject; readonly name: string; readonly owner: string },
  remove: () => Promise<StepResult>,
): Promise<StepResult> {
  const owner = await whose(tools.server, object.kind, object.name, object.owner);
  if (owner === "absent") return { outcome: "not there", detail: object.name };
  if (owner === "foreign") return { outcome: "kept", detail: `${object.name} was not made by convene` };
  return await remove();
}

/** The values and the module that are in use stay until the next boot: others on the host may count on them by now. */
function kernelSteps({ settings, paths }: UninstallHostOptions): readonly Step[] {
  return [
    removal("run directory", settings.runtimeDirectory),
    removal("kernel settings", paths.sysctlFile),
    removal("kernel modules", paths.modulesFile),
  ];
}

/** The settings last: an uninstall that was stopped half-way still knows the rest by its names. */
function purgeSteps({ tools, settings, paths }: UninstallHostOptions): readonly Step[] {
  return [
    removal("site repository", settings.repository),
    removal("state directory", settings.stateDirectory),
    removal("cached base images", paths.cacheDirectory),
    { name: `user ${settings.user}`, run: async () => await removeAccount(tools.run, settings.user) },
    { name: "settings", run: async () => await removeSettings(paths) },
  ];
}

/** The folder goes only when nobody has anything else in it: with --config it can be any folder. */
async function removeSettings(paths: HostPaths): Promise<StepResult> {
  const results: StepResult[] = [];
  for (const path of [paths.secretsDirectory, paths.ageIdentity, paths.configFile])
    results.push(await removePath(path));
  const outcome = results.some((result) => result.outcome === "removed") ? "removed" : "not there";
  const left = (await isThere(paths.configDirectory)) ? await readdir(paths.configDirectory) : [];
  if (left.length > 0) return { outcome, detail: `${paths.configDirectory} keeps ${left.join(", ")}` };
  await rm(paths.configDirectory, { recursive: true, force: true });
  return { outcome, detail: paths.configDirectory };
}

function keptSteps({ settings, paths }: UninstallHostOptions): readonly Step[] {
  return [
    keeping("site repository", settings.repository),
    keeping("state directory", settings.stateDirectory),
    keeping("settings", paths.configDirectory),
  ];
}

function keeping(name: string, path: string): Step {
  return {
    name,
    run: async () => ({ outcome: (await isThere(path)) ? "kept" : "not there", detail: path }),
  };
}

function removal(name: string, path: string): Step {
  return { name, run: async () => await removePath(path) };
}
