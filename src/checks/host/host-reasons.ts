/** What the machine underneath can do wrong, with what to do about each. */
import type { ReasonTable } from "../check-kind.ts";

export const hostReasons = {
  dns_missing: {
    severity: "critical",
    hint: "make an A record (and AAAA where the Site has IPv6) for this name at your DNS provider",
  },
  dns_wrong_address: {
    severity: "critical",
    hint: "correct the record at your DNS provider, or `addresses.public` in site.yaml",
  },
  dns_extra_address: {
    severity: "warning",
    hint: "some people are sent elsewhere: remove the record that is not this host's",
  },
  port_taken: {
    severity: "critical",
    hint: "another program listens on a port of the site: find it with `ss -lntup`, then stop it or move it",
  },
  firewall_flushes: {
    severity: "critical",
    hint: "`flush ruleset` in /etc/nftables.conf also removes LXD's rules at each reload: delete only your own table there",
  },
  firewall_foreign: {
    severity: "warning",
    hint: "this firewall must let the site's ports in and forward to its bridge; then test from outside",
  },
  disk_low: {
    severity: "warning",
    hint: "free space or enlarge the file system; unused images go with `lxc image list`",
  },
  memory_low: {
    severity: "warning",
    hint: "lower `limits.memory` of containers or give the machine more memory",
  },
  clock_wrong: {
    severity: "critical",
    hint: "TURN credentials and certificates depend on the time: install systemd-timesyncd or chrony",
  },
  clock_unsynchronised: {
    severity: "warning",
    hint: "install systemd-timesyncd or chrony: TURN credentials and certificates depend on the time",
  },
  sysctl_low: {
    severity: "warning",
    hint: "`sudo convene init` sets it; if something sets it back, look in /etc/sysctl.d",
  },
  module_missing: {
    severity: "warning",
    hint: "`sudo convene init` loads it, now and at each boot; a kernel without it needs the distribution's own",
  },
  unreadable: { severity: "warning", hint: "run it as root, or as the agent's user: convene check host" },
} as const satisfies ReasonTable<string>;

export type HostReason = keyof typeof hostReasons;
