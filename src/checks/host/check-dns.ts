/** Does every name of the site lead to the site's public addresses, in public DNS? */
import { isIPv6 } from "node:net";
import { sameIp } from "../stun/stun-address.ts";
import type { HostExpectation } from "./host-expectation.ts";
import type { HostFinding } from "./host-finding.ts";
import type { HostReaders } from "./host-readers.ts";

export function checkDns(
  expectation: HostExpectation,
  readers: HostReaders,
): Promise<readonly HostFinding[]> {
  return Promise.all(expectation.names.map((name) => checkName(name, expectation.publicAddresses, readers)));
}

async function checkName(name: string, ours: readonly string[], readers: HostReaders): Promise<HostFinding> {
  const subject = `dns ${name}`;
  const found = await readers.resolve(name);
  const evidence = { found: found.join(" "), expected: ours.join(" ") };
  if (found.length === 0)
    return { subject, reason: "dns_missing", message: `${name} has no address`, evidence };
  const foreign = found.filter((address) => !ours.some((own) => sameIp(own, address)));
  const missing = ours.filter((own) => !found.some((address) => sameIp(own, address)));
  if (foreign.length === found.length) {
    const message = `${name} leads to ${found.join(", ")}, not to ${ours.join(" or ")}`;
    return { subject, reason: "dns_wrong_address", message, evidence };
  }
  if (foreign.length > 0) {
    const message = `${name} also leads to ${foreign.join(", ")}, which is not this host`;
    return { subject, reason: "dns_extra_address", message, evidence };
  }
  // A name without one of the families still works for everybody who has the other.
  if (missing.length > 0) {
    const record = missing.some(isIPv6) ? "AAAA" : "A";
    const message = `${name} has no ${record} record for ${missing.join(", ")}`;
    return { subject, reason: "dns_missing", severity: "warning", message, evidence };
  }
  return { subject, reason: "ok", message: `${name} leads to ${found.join(", ")}`, evidence };
}
