/** The units that start the agent, its sockets and what root has to do: installed, kept right, restarted, removed. */
import { readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import type { HostSettings } from "../config/host-settings.ts";
import type { RunCommand } from "./command.ts";
import { ensureDirectory, ensureFile, isThere, rootOwned } from "./files.ts";
import type { StepResult } from "./step.ts";
import { type ShippedUnits, unitText } from "./unit-text.ts";

/** For what came by other ways than the system's package manager (systemd.unit(5)); /etc stays the administrator's. */
const UNIT_DIRECTORY = "/usr/local/lib/systemd/system";
const SERVICE = "convene.service";
/** READY comes within a second, but LXD may start with it. */
const SYSTEMCTL_DEADLINE_MS = 150_000;

/**
 * Writes what differs, and has the agent running as the units say; a new version restarts it. Without systemd, or
 * without an installed convene, there is nothing to do: somebody runs `convene run`.
 */
export async function ensureUnits(
  run: RunCommand,
  shipped: ShippedUnits | undefined,
  settings: HostSettings,
): Promise<StepResult> {
  if (shipped === undefined) return { outcome: "kept", detail: "none: start the agent with `convene run`" };
  if (!(await systemdRuns()))
    return { outcome: "kept", detail: "none without systemd: start the agent with `convene run`" };
  await ensureDirectory(UNIT_DIRECTORY, rootOwned());
  const names = await readdir(shipped.folder);
  const changed: string[] = [];
  for (const name of names) {
    const text = unitText(name, await readFile(join(shipped.folder, name), "utf8"), shipped, settings);
    const { outcome } = await ensureFile(join(UNIT_DIRECTORY, name), text, rootOwned(0o644));
    if (outcome !== "already there") changed.push(name);
  }
  await activate(systemctlWith(run), names, changed);
  const detail = `${SERVICE} ${shipped.version} runs`;
  return { outcome: changed.length > 0 ? "changed" : "already there", detail };
}

/** Stops the agent and removes its units; an administrator's drop-ins stay. */
export async function removeUnits(run: RunCommand, shipped: ShippedUnits | undefined): Promise<StepResult> {
  if (shipped === undefined) return { outcome: "not there" };
  const all = await readdir(shipped.folder);
  const there = await Promise.all(all.map(async (name) => await isThere(join(UNIT_DIRECTORY, name))));
  const names = all.filter((_, index) => there[index]);
  if (names.length === 0) return { outcome: "not there" };
  const systemctl = systemctlWith(run);
  if (await systemdRuns()) await systemctl("disable", "--quiet", "--now", ...names);
  await Promise.all(names.map(async (name) => await rm(join(UNIT_DIRECTORY, name))));
  if (await systemdRuns()) await systemctl("daemon-reload");
  return { outcome: "removed", detail: names.join(", ") };
}

type Systemctl = (...words: readonly string[]) => Promise<void>;

async function activate(
  systemctl: Systemctl,
  names: readonly string[],
  changed: readonly string[],
): Promise<void> {
  const sockets = names.filter((name) => name.endsWith(".socket"));
  const timers = names.filter((name) => name.endsWith(".timer"));
  if (changed.length > 0) await systemctl("daemon-reload");
  // An open socket is not made anew while the agent has it.
  if (changed.some((name) => sockets.includes(name))) await systemctl("stop", SERVICE, ...sockets);
  await systemctl("enable", "--quiet", ...names);
  await systemctl("start", ...sockets, ...timers);
  await systemctl(changed.includes(SERVICE) ? "restart" : "start", SERVICE);
}

function systemctlWith(run: RunCommand): Systemctl {
  return async (...words) => {
    await run({
      command: "systemctl",
      arguments: words,
      timeoutMs: SYSTEMCTL_DEADLINE_MS,
      hint: `look at \`journalctl -u ${SERVICE}\``,
    });
  };
}

/** sd_booted(3). */
async function systemdRuns(): Promise<boolean> {
  return await isThere("/run/systemd/system");
}
