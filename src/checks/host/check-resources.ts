/** Is there room on the disks, in memory, and are the kernel's settings as `convene init` left them? */
import type { HostExpectation } from "./host-expectation.ts";
import type { HostFinding } from "./host-finding.ts";
import type { HostReaders } from "./host-readers.ts";

const GIB = 2 ** 30;
/** Settings of br_netfilter: they are there while it is loaded. */
const BRIDGE = "net.bridge.";
const MODULE_MISSING: HostFinding = {
  subject: "kernel module br_netfilter",
  reason: "module_missing",
  message: "it is not loaded: a container cannot reach a port that another one publishes",
};

export async function checkResources(
  expectation: HostExpectation,
  readers: HostReaders,
): Promise<readonly HostFinding[]> {
  const disks = await Promise.all(expectation.paths.map((path) => checkDisk(path, readers)));
  const settings = await Promise.all(
    Object.entries(expectation.sysctls).map(([key, least]) => checkSysctl(key, least, readers)),
  );
  const memory = await checkMemory(expectation.memoryBytes, readers);
  return [...disks, memory, ...uniqueSubjects(settings)];
}

/** A module that is missing takes several settings with it, and is said once. */
function uniqueSubjects(findings: readonly HostFinding[]): readonly HostFinding[] {
  return [...new Map(findings.map((finding) => [finding.subject, finding])).values()];
}

/** A replaced container needs room beside the old one: an image and its writes are about a gibibyte. */
async function checkDisk(path: string, readers: HostReaders): Promise<HostFinding> {
  const { free, total } = await readers.freeSpace(path);
  const share = total === 0 ? 0 : free / total;
  const message = `${gib(free)} of ${gib(total)} GiB free`;
  const evidence = { freeBytes: free, totalBytes: total };
  const subject = `disk ${path}`;
  if (free < GIB || share < 0.02)
    return { subject, reason: "disk_low", severity: "critical", message, evidence };
  if (free < 4 * GIB || share < 0.1) return { subject, reason: "disk_low", message, evidence };
  return { subject, reason: "ok", message, evidence };
}

async function checkMemory(limits: number, readers: HostReaders): Promise<HostFinding> {
  const text = (await readers.readFile("/proc/meminfo")) ?? "";
  const total = meminfo(text, "MemTotal");
  const available = meminfo(text, "MemAvailable");
  const evidence = { totalBytes: total, availableBytes: available, limitsBytes: limits };
  const subject = "memory";
  const message = `${gib(available)} of ${gib(total)} GiB available, limits add up to ${gib(limits)}`;
  if (available < GIB / 4) return { subject, reason: "memory_low", severity: "critical", message, evidence };
  if (limits > total) return { subject, reason: "memory_low", message, evidence };
  return { subject, reason: "ok", message, evidence };
}

/** A setting this kernel does not have is none of the site's business, unless it is a module's. */
async function checkSysctl(key: string, least: number, readers: HostReaders): Promise<HostFinding> {
  const text = await readers.readFile(`/proc/sys/${key.replaceAll(".", "/")}`);
  const value = Number(text?.trim());
  const subject = `sysctl ${key}`;
  if (text === undefined)
    return key.startsWith(BRIDGE) ? MODULE_MISSING : { subject, reason: "ok", message: "not in this kernel" };
  const evidence = { value, least };
  if (value >= least) return { subject, reason: "ok", message: `${value}`, evidence };
  const severity = key === "net.ipv4.ip_forward" ? "critical" : "warning";
  return { subject, reason: "sysctl_low", severity, message: `${value}, needs at least ${least}`, evidence };
}

/** Bytes of a line such as `MemTotal:  16384 kB`. */
function meminfo(text: string, key: string): number {
  return Number(new RegExp(`^${key}:\\s+(\\d+) kB$`, "m").exec(text)?.[1] ?? 0) * 1024;
}

function gib(bytes: number): string {
  return (bytes / GIB).toFixed(1);
}
