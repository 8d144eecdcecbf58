/** The kernel module that lets a container reach a published port of another one, loaded now and at each boot. */
import { ConveneError } from "../system/errors.ts";
import type { RunCommand } from "./command.ts";
import { ensureFile, isThere, readFileIfThere, rootOwned } from "./files.ts";
import type { StepResult } from "./step.ts";

/**
 * Between two containers of one bridge an answer does not come by the host's network layer, where the address was
 * translated; this module takes it there. LXD warns about its absence (lxd/device/proxy.go, BridgeNetfilterEnabled).
 */
const MODULE = "br_netfilter";

/** Where the kernel tells of itself; tests hand in their own. */
export interface KernelView {
  /** Is there as soon as the module is loaded, or built in. */
  readonly bridgeSettings: string;
  /** proc(5): a line for each loaded module; what is built in has none. */
  readonly modules: string;
}

const KERNEL: KernelView = { bridgeSettings: "/proc/sys/net/bridge", modules: "/proc/modules" };

/** `file` is for modules-load.d(5). A kernel without the module stops nothing: `convene check host` says so. */
export async function ensureKernelModules(
  run: RunCommand,
  file: string,
  kernel: KernelView = KERNEL,
): Promise<StepResult> {
  if (!(await isThere(kernel.bridgeSettings))) {
    const problem = await load(run);
    if (problem !== undefined) return { outcome: "kept", detail: `without ${MODULE}: ${problem}` };
  }
  if (!(await isLoadable(kernel)))
    return { outcome: "already there", detail: `${MODULE} is part of this kernel` };
  const written = await ensureFile(file, `# Written by convene init.\n${MODULE}\n`, rootOwned(0o644));
  return { ...written, detail: MODULE };
}

async function load(run: RunCommand): Promise<string | undefined> {
  try {
    await run({ command: "modprobe", arguments: [MODULE] });
    return undefined;
  } catch (error) {
    if (error instanceof ConveneError) return error.message;
    throw error;
  }
}

async function isLoadable(kernel: KernelView): Promise<boolean> {
  const loaded = (await readFileIfThere(kernel.modules)) ?? "";
  return loaded.split("\n").some((line) => line.startsWith(`${MODULE} `));
}
