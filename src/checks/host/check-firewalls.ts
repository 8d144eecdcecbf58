/** Firewalls that somebody else runs on the host, as far as their own files show. */
import type { HostFinding } from "./host-finding.ts";
import type { HostReaders } from "./host-readers.ts";

const SUBJECT = "firewall";
const NFTABLES_CONFIG = "/etc/nftables.conf";
const NFTABLES_ENABLED = "/etc/systemd/system/sysinit.target.wants/nftables.service";

export async function checkFirewalls(readers: HostReaders): Promise<readonly HostFinding[]> {
  const found = await Promise.all([nftables(readers), ufw(readers), firewalld(readers), docker(readers)]);
  const findings = found.filter((finding) => finding !== undefined);
  if (findings.length > 0) return findings;
  return [{ subject: SUBJECT, reason: "ok", message: "no foreign firewall found" }];
}

/** Debian's own file begins with `flush ruleset`; it does harm only when the service is enabled. */
async function nftables(readers: HostReaders): Promise<HostFinding | undefined> {
  const config = await readers.readFile(NFTABLES_CONFIG);
  const enabled = await readers.readFile(NFTABLES_ENABLED);
  if (enabled === undefined || !/^\s*flush\s+ruleset\b/m.test(config ?? "")) return undefined;
  return {
    subject: `${SUBJECT} nftables`,
    reason: "firewall_flushes",
    message: `nftables.service is enabled, and ${NFTABLES_CONFIG} flushes everybody's rules`,
    evidence: { file: NFTABLES_CONFIG },
  };
}

async function ufw(readers: HostReaders): Promise<HostFinding | undefined> {
  const config = await readers.readFile("/etc/ufw/ufw.conf");
  if (!/^\s*ENABLED\s*=\s*yes\s*$/im.test(config ?? "")) return undefined;
  return foreign("ufw", "ufw is enabled; by default it drops what is forwarded to containers");
}

async function firewalld(readers: HostReaders): Promise<HostFinding | undefined> {
  if ((await readers.readFile("/run/firewalld.pid")) === undefined) return undefined;
  return foreign("firewalld", "firewalld is running; the site's bridge must be in a zone that accepts");
}

async function docker(readers: HostReaders): Promise<HostFinding | undefined> {
  if ((await readers.readFile("/run/docker.pid")) === undefined) return undefined;
  return foreign("docker", "Docker is running; it sets the policy of forwarded packets to DROP");
}

function foreign(name: string, message: string): HostFinding {
  return { subject: `${SUBJECT} ${name}`, reason: "firewall_foreign", message };
}
