/** Kernel settings of the host that the site needs, written for the next boot and applied now. */
import { ensureFile, readFileIfThere, rootOwned } from "./files.ts";
import type { RunCommand } from "./command.ts";
import type { StepResult } from "./step.ts";

/**
 * Smallest values; a host that has more keeps it, and `convene check host` looks for them too. Receive buffers:
 * videobridge and coturn drop packets below. inotify: each systemd takes several instances, and all containers share one
 * user; keys likewise (LXD's production setup). Bridge: see kernel-modules.ts.
 */
export const SYSCTL_MINIMA: Readonly<Record<string, number>> = {
  "net.ipv4.ip_forward": 1,
  "net.bridge.bridge-nf-call-iptables": 1,
  "net.bridge.bridge-nf-call-ip6tables": 1,
  "net.core.rmem_max": 10_485_760,
  "net.core.netdev_max_backlog": 100_000,
  "fs.inotify.max_user_instances": 8_192,
  "kernel.keys.maxkeys": 2_000,
  "kernel.keys.maxbytes": 2_000_000,
};

/** Writes the file and raises what is lower now. A setting this kernel does not have is left out. */
export async function ensureSysctls(run: RunCommand, file: string): Promise<StepResult> {
  const current = await Promise.all(
    Object.keys(SYSCTL_MINIMA).map(
      async (key): Promise<[string, number | undefined]> => [key, await read(key)],
    ),
  );
  const known = current.flatMap(([key, value]) =>
    value === undefined ? [] : [{ key, value, least: SYSCTL_MINIMA[key] ?? 0 }],
  );
  const lines = known.map(({ key, least }) => `${key} = ${least}\n`).join("");
  const written = await ensureFile(file, `# Written by convene init.\n${lines}`, rootOwned(0o644));
  const low = known.filter(({ value, least }) => value < least);
  for (const { key, least } of low) {
    await run({ command: "sysctl", arguments: ["-q", "-w", `${key}=${least}`] });
  }
  if (low.length === 0) return written;
  const detail = low.map(({ key, value, least }) => `${key} ${value} → ${least}`).join(", ");
  return { outcome: written.outcome === "created" ? "created" : "changed", detail };
}

async function read(key: string): Promise<number | undefined> {
  const text = await readFileIfThere(`/proc/sys/${key.replaceAll(".", "/")}`);
  return text === undefined ? undefined : Number(text.trim());
}
