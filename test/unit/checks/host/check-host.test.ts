/** The machine underneath, read through files that the test makes up. */
import { expect } from "chai";
import type { CheckResult } from "../../../../src/checks/check.ts";
import { checkHost } from "../../../../src/checks/host/check-host.ts";
import type { HostExpectation } from "../../../../src/checks/host/host-expectation.ts";
import type { HostReaders } from "../../../../src/checks/host/host-readers.ts";
import { systemReaders } from "../../../../src/checks/host/host-readers.ts";
import { systemClock } from "../../../../src/system/clock.ts";

const GIB = 2 ** 30;
const NOW = 1_700_000_000_000;
const TCP_HEADER =
  "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode";
const REST = "00000000:00000000 00:00000000 00000000   112        0 22 1 0000000000000000 100 0 0 10 0";

const TIMESYNCD = "/run/systemd/timesync/synchronized";

const GOOD_FILES: Readonly<Record<string, string>> = {
  "/proc/meminfo": "MemTotal:       16777216 kB\nMemFree: 1 kB\nMemAvailable:    8388608 kB\n",
  "/proc/sys/net/ipv4/ip_forward": "1\n",
  [TIMESYNCD]: "",
  "/proc/net/tcp": `${TCP_HEADER}\n`,
};

const EXPECTED: HostExpectation = {
  names: ["meet.example.org"],
  publicAddresses: ["203.0.113.10", "2001:db8::10"],
  listenAddresses: ["192.0.2.5"],
  ports: [
    { protocol: "tcp", first: 443, last: 443 },
    { protocol: "udp", first: 50_000, last: 51_000 },
  ],
  paths: ["/var/lib"],
  memoryBytes: 4 * GIB,
  sysctls: { "net.ipv4.ip_forward": 1 },
};

interface Machine {
  readonly files?: Readonly<Record<string, string>>;
  /** Of a good machine's files. */
  readonly missing?: readonly string[];
  readonly dns?: readonly string[];
  readonly free?: number;
  readonly date?: number;
}

async function look(
  machine: Machine = {},
  expected: Partial<HostExpectation> = {},
): Promise<readonly CheckResult[]> {
  const files = new Map(Object.entries({ ...GOOD_FILES, ...machine.files }));
  for (const path of machine.missing ?? []) files.delete(path);
  const readers: HostReaders = {
    readFile: (path) => Promise.resolve(files.get(path)),
    freeSpace: () => Promise.resolve({ free: machine.free ?? 50 * GIB, total: 100 * GIB }),
    resolve: () => Promise.resolve(machine.dns ?? ["203.0.113.10", "2001:DB8:0::10"]),
    httpDate: () => Promise.resolve(machine.date),
  };
  const context = {
    clock: { ...systemClock, now: () => NOW },
    signal: new AbortController().signal,
    transcript: () => undefined,
  };
  return await checkHost({ ...EXPECTED, ...expected }, readers, context);
}

async function failures(machine: Machine, expected?: Partial<HostExpectation>): Promise<readonly string[]> {
  const results = await look(machine, expected);
  return results
    .filter(({ ok }) => !ok)
    .map(({ severity, reason, target }) => `${severity} ${reason} ${target}`);
}

/** A machine where something listens on TCP 443 of `local`, as the kernel writes addresses. */
function listening(local: string, state = "0A"): Machine {
  return {
    files: { "/proc/net/tcp": `${TCP_HEADER}\n   0: ${local}:01BB 00000000:0000 ${state} ${REST}\n` },
  };
}

describe("check host", () => {
  it("finds nothing wrong with a good machine, and says what it looked at", async () => {
    const results = await look();
    expect(results.map(({ reason }) => reason).every((reason) => reason === "ok")).to.equal(true);
    expect(results.map(({ name }) => name)).to.deep.equal([
      "host dns meet.example.org",
      "host port tcp/443",
      "host firewall",
      "host disk /var/lib",
      "host memory",
      "host sysctl net.ipv4.ip_forward",
      "host clock",
    ]);
  });

  it("tells missing, wrong, additional and half records apart", async () => {
    expect(await failures({ dns: [] })).to.deep.equal(["critical dns_missing dns meet.example.org"]);
    expect(await failures({ dns: ["198.51.100.1"] })).to.deep.equal([
      "critical dns_wrong_address dns meet.example.org",
    ]);
    expect(await failures({ dns: ["203.0.113.10", "2001:db8::99"] })).to.deep.equal([
      "warning dns_extra_address dns meet.example.org",
    ]);
    expect(await failures({ dns: ["203.0.113.10"] })).to.deep.equal([
      "warning dns_missing dns meet.example.org",
    ]);
  });

  it("finds a program on a port of the site, on every address or on the site's own", async () => {
    expect(await failures(listening("00000000"))).to.deep.equal(["critical port_taken port tcp/443"]);
    expect(await failures(listening("050200C0"))).to.deep.equal(["critical port_taken port tcp/443"]);
    expect(await failures(listening("0100007F"))).to.deep.equal([]);
    expect(await failures(listening("00000000", "01"))).to.deep.equal([]);
    const taken = (await look(listening("00000000"))).find(({ ok }) => !ok);
    expect(taken?.evidence).to.deep.equal({ address: "0.0.0.0", port: 443, uid: 112 });
  });

  it("finds an IPv6 listener, and leaves outgoing UDP in the relay range alone", async () => {
    const any = "0".repeat(32);
    const files = {
      "/proc/net/tcp6": `${TCP_HEADER}\n   0: ${any}:01BB ${any}:0000 0A ${REST}\n`,
      "/proc/net/udp": `${TCP_HEADER}\n   0: 00000000:C351 00000000:0000 07 ${REST}\n`,
    };
    expect(await failures({ files })).to.deep.equal(["critical port_taken port tcp/443"]);
  });

  it("names each foreign firewall, and flush ruleset only where the service is enabled", async () => {
    const config = { "/etc/nftables.conf": "#!/usr/sbin/nft -f\nflush ruleset\n" };
    const enabled = { "/etc/systemd/system/sysinit.target.wants/nftables.service": "" };
    expect(await failures({ files: config })).to.deep.equal([]);
    expect(await failures({ files: { ...config, ...enabled } })).to.deep.equal([
      "critical firewall_flushes firewall nftables",
    ]);
    const others = {
      "/etc/ufw/ufw.conf": "ENABLED=yes\n",
      "/run/firewalld.pid": "1",
      "/run/docker.pid": "2",
    };
    expect(await failures({ files: others })).to.deep.equal([
      "warning firewall_foreign firewall ufw",
      "warning firewall_foreign firewall firewalld",
      "warning firewall_foreign firewall docker",
    ]);
  });

  it("watches disk, memory and kernel settings", async () => {
    expect(await failures({ free: 3 * GIB })).to.deep.equal(["warning disk_low disk /var/lib"]);
    expect(await failures({ free: GIB / 2 })).to.deep.equal(["critical disk_low disk /var/lib"]);
    expect(await failures({}, { memoryBytes: 20 * GIB })).to.deep.equal(["warning memory_low memory"]);
    const full = { "/proc/meminfo": "MemTotal: 16777216 kB\nMemAvailable: 1000 kB\n" };
    expect(await failures({ files: full })).to.deep.equal(["critical memory_low memory"]);
    const off = { "/proc/sys/net/ipv4/ip_forward": "0\n" };
    expect(await failures({ files: off })).to.deep.equal(["critical sysctl_low sysctl net.ipv4.ip_forward"]);
  });

  it("says which kernel module is missing, and nothing of a setting that this kernel just does not have", async () => {
    const sysctls = { "net.bridge.bridge-nf-call-iptables": 1, "net.bridge.bridge-nf-call-ip6tables": 1 };
    const [missing, ...others] = (await look({}, { sysctls })).filter(({ ok }) => !ok);
    expect(missing).to.include({ reason: "module_missing", target: "kernel module br_netfilter" });
    expect(missing?.hint).to.include("sudo convene init");
    expect(others).to.deep.equal([]);
    const loaded = "/proc/sys/net/bridge/bridge-nf-call-";
    const files = { [`${loaded}iptables`]: "1\n", [`${loaded}ip6tables`]: "1\n" };
    expect(await failures({ files }, { sysctls })).to.deep.equal([]);
    const off = { ...files, [`${loaded}iptables`]: "0\n" };
    expect(await failures({ files: off }, { sysctls })).to.deep.equal([
      "warning sysctl_low sysctl net.bridge.bridge-nf-call-iptables",
    ]);
    expect(await failures({}, { sysctls: { "kernel.keys.maxkeys": 2_000 } })).to.deep.equal([]);
  });

  it("compares the clock with a web server when one is named, else asks who keeps it", async () => {
    const dateUrl = "https://meet.example.org/";
    expect(await failures({ date: NOW - 3_000 }, { dateUrl })).to.deep.equal([]);
    expect(await failures({ date: NOW - 60_000 }, { dateUrl })).to.deep.equal(["critical clock_wrong clock"]);
    expect(await failures({}, { dateUrl })).to.deep.equal(["warning unreadable clock"]);
    expect(await failures({ missing: [TIMESYNCD] })).to.deep.equal(["warning clock_unsynchronised clock"]);
    const chrony = { missing: [TIMESYNCD], files: { "/run/chrony/chronyd.pid": "812\n" } };
    expect(await failures(chrony)).to.deep.equal([]);
  });

  it("turns what cannot be read into a finding of that part alone", async () => {
    const readers: HostReaders = {
      ...systemReaders(),
      resolve: () => Promise.reject(new Error("queryA ECONNREFUSED")),
      readFile: () => Promise.reject(new Error("EACCES: permission denied")),
    };
    const context = { clock: systemClock, signal: new AbortController().signal, transcript: () => undefined };
    const results = await checkHost({ ...EXPECTED, paths: ["/"] }, readers, context);
    expect(results.map(({ reason }) => reason)).to.deep.equal(Array.from({ length: 5 }, () => "unreadable"));
  });
});
