/** `convene init`: everything the agent needs and only root may do, step by step, safe to run again. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { HostSettings } from "../config/host-settings.ts";
import { HOOK_KINDS, hookScript } from "../source/hooks/hook-script.ts";
import { ConveneError } from "../system/errors.ts";
import { accountIds, ensureAccount } from "./account.ts";
import type { AccountIds } from "./account.ts";
import { ensureAgeIdentity } from "./age-identity.ts";
import { mergeAuthorizedKeys } from "./authorized-keys.ts";
import { DEFAULT_CONFIG } from "./default-config.ts";
import { ensureDirectory, ensureFile, ensureFileExists, readFileIfThere, rootOwned } from "./files.ts";
import type { HostPaths } from "./host-paths.ts";
import type { HostTools } from "./host-tools.ts";
import { ensureKernelModules } from "./kernel-modules.ts";
import { accessRulesStep, lxdSteps } from "./lxd-steps.ts";
import { requirePrograms } from "./programs.ts";
import { ensureRepository } from "./repository.ts";
import { requireRoot } from "./require-root.ts";
import { runSteps } from "./step.ts";
import type { SayLine, Step, StepResult } from "./step.ts";
import { ensureSysctls } from "./sysctls.ts";
import { ensureUnits } from "./systemd-units.ts";
import type { ShippedUnits } from "./unit-text.ts";

export interface InitialiseOptions {
  readonly tools: HostTools;
  readonly settings: HostSettings;
  readonly paths: HostPaths;
  /** Absolute command and arguments that start convene, for the hooks. */
  readonly launcher: readonly string[];
  /** A file of public ssh keys to allow, one a line. */
  readonly keysFile: string | undefined;
  /** Where systemd can start convene from; undefined for a checkout. */
  readonly units: ShippedUnits | undefined;
}

const GIT_SHELL = "/usr/bin/git-shell";
const MAXIMUM_PUSH_BYTES = 64 * 1024 * 1024;

/** Answers how many steps changed something. Throws ConveneError of the step that could not be done. */
export async function initialiseHost(options: InitialiseOptions, say: SayLine): Promise<number> {
  requireRoot(options.tools.uid, "convene init");
  await requirePrograms();
  const account = { name: options.settings.user, home: options.settings.stateDirectory, shell: GIT_SHELL };
  const changes = await runSteps(
    [step(`user ${account.name}`, async () => ensureAccount(options.tools.run, account))],
    say,
  );
  const owner = await accountIds(options.tools.run, account.name);
  return changes + (await runSteps([...fileSteps(options, owner), ...machineSteps(options, say)], say));
}

/** `convene init --refresh`: what a reboot or a new address of the host makes stale. */
export async function refreshHost(
  { tools, settings, paths }: InitialiseOptions,
  say: SayLine,
): Promise<number> {
  requireRoot(tools.uid, "convene init");
  return await runSteps([kernelStep(tools, paths), accessRulesStep(tools, settings)], say);
}

function fileSteps(options: InitialiseOptions, owner: AccountIds): readonly Step[] {
  const { settings, paths, tools, launcher } = options;
  const agentReads = { uid: 0, gid: owner.gid };
  return [
    step("state directory", async () => ensureDirectory(settings.stateDirectory, { ...owner, mode: 0o700 })),
    step("run directory", async () => ensureDirectory(settings.runtimeDirectory, rootOwned())),
    step("site repository", async () =>
      ensureRepository(tools.run, {
        path: settings.repository,
        branch: settings.branch,
        owner,
        hooks: Object.fromEntries(HOOK_KINDS.map((kind) => [kind, hookScript(kind, launcher)])),
        maximumPushBytes: MAXIMUM_PUSH_BYTES,
      }),
    ),
    step("settings folder", async () => ensureDirectory(paths.configDirectory, rootOwned())),
    step("settings", async () =>
      ensureFileExists(paths.configFile, () => DEFAULT_CONFIG, { ...agentReads, mode: 0o640 }),
    ),
    step("secrets folder", async () =>
      ensureDirectory(paths.secretsDirectory, { ...agentReads, mode: 0o750 }),
    ),
    step("age recipient", async () => ensureAgeIdentity(paths.ageIdentity, { ...agentReads, mode: 0o640 })),
    step("ssh keys", async () => ensureAuthorizedKeys(options, agentReads)),
  ];
}

function machineSteps({ tools, settings, paths, units }: InitialiseOptions, say: SayLine): readonly Step[] {
  return [
    step("kernel modules", async () => ensureKernelModules(tools.run, paths.modulesFile)),
    kernelStep(tools, paths),
    step("cache", async () => ensureDirectory(paths.cacheDirectory, rootOwned())),
    ...lxdSteps({ tools, settings, cacheDirectory: paths.cacheDirectory, say }),
    step("systemd units", async () => ensureUnits(tools.run, units, settings)),
  ];
}

function kernelStep(tools: HostTools, paths: HostPaths): Step {
  return step("kernel settings", async () => ensureSysctls(tools.run, paths.sysctlFile));
}

/** Root owns file and folder, so that a pushed commit or the agent cannot let anybody in. */
async function ensureAuthorizedKeys(options: InitialiseOptions, agentReads: AccountIds): Promise<StepResult> {
  const folder = join(options.settings.stateDirectory, ".ssh");
  const file = join(folder, "authorized_keys");
  await ensureDirectory(folder, { ...agentReads, mode: 0o750 });
  const offered = options.keysFile === undefined ? "" : await readKeysFile(options.keysFile);
  const merged = mergeAuthorizedKeys((await readFileIfThere(file)) ?? "", offered, options.keysFile ?? "");
  const result = await ensureFile(file, merged, { ...agentReads, mode: 0o640 });
  const count = merged.split("\n").filter((line) => line !== "" && !line.startsWith("#")).length;
  return { ...result, detail: count === 0 ? "none: add one with --authorized-key FILE" : String(count) };
}

async function readKeysFile(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    throw new ConveneError({
      code: "KeysFileUnreadable",
      message: `cannot read ${path}: ${error instanceof Error ? error.message : String(error)}`,
      hint: "name a public key file such as ~/.ssh/id_ed25519.pub",
      cause: error,
    });
  }
}

function step(name: string, run: () => Promise<StepResult>): Step {
  return { name, run };
}
