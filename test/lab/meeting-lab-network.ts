/**
 * The meeting lab's network: one namespace with every container's address and the public one, nftables in it that does
 * what LXD's nat proxies do, and a link by which the root namespace is the internet outside and the host inside.
 */
import { runCommand } from "../../src/host/command.ts";
import type { DesiredContainer } from "../../src/model/desired-state.ts";
import type { LabSlot } from "./meeting-lab-slot.ts";

const LAST_RESORT = "4096";

/**
 * Rules that faults put in, each `CHAIN RULE` (nft(8)): `early-in` and `early-out` see packets as they come into and out
 * of the site, `late-in` after translation, by a container's own address. They hold for known connections too.
 */
export interface LabFirewall {
  add(rules: readonly string[]): Promise<void>;
  clear(): Promise<void>;
}

export async function networkUp(
  { namespace, link, addresses }: LabSlot,
  containers: readonly DesiredContainer[],
): Promise<LabFirewall> {
  const { public: published, outside, gateway, network } = addresses;
  // Nothing meant for the lab leaves the machine, not even when the namespace is gone before who talks to it.
  await batch(
    [published, network].map((range) => `route replace unreachable ${range} metric ${LAST_RESORT}`),
  );
  await ip(["netns", "add", namespace]);
  await ip(["link", "add", link, "type", "veth", "peer", "name", "eth0", "netns", namespace]);
  await batch([
    `address add ${outside}/32 dev ${link}`,
    `address add ${gateway}/32 dev ${link}`,
    `link set ${link} up`,
    `route add ${published}/32 dev ${link} src ${outside}`,
    `route add ${network} dev ${link} src ${gateway}`,
  ]);
  await batch(
    [
      "link set lo up",
      `address add ${published}/32 dev eth0`,
      ...containers.map(({ address }) => `address add ${address.ipv4}/32 dev eth0`),
      "link set eth0 up",
      `route add ${outside}/32 dev eth0 src ${published}`,
      `route add ${gateway}/32 dev eth0`,
    ],
    namespace,
  );
  await nft(namespace, [...baseRules(addresses.network), ...natRules(containers)]);
  return {
    add: (rules) =>
      nft(
        namespace,
        rules.map((rule) => `add rule ip lab ${rule}`),
      ),
    clear: () =>
      nft(
        namespace,
        FAULT_CHAINS.map((chain) => `flush chain ip lab ${chain}`),
      ),
  };
}

/** Whatever runs in the namespace ends with it. */
export async function removeNetwork({ namespace, link, addresses }: LabSlot): Promise<void> {
  for (let round = 0; round < 50; round += 1) {
    const { stdout } = await runCommand({
      command: "ip",
      arguments: ["netns", "pids", namespace],
      accept: [0, 1, 255],
    });
    const pids = stdout
      .split("\n")
      .map(Number)
      .filter((pid) => pid > 1);
    if (pids.length === 0) break;
    for (const pid of pids) end(pid);
  }
  // The kernel would take it away with the namespace, but later.
  await runCommand({ command: "ip", arguments: ["link", "delete", link], accept: [0, 1] });
  await runCommand({ command: "ip", arguments: ["netns", "delete", namespace], accept: [0, 1] });
  for (const range of [addresses.public, addresses.network]) {
    const words = ["route", "delete", "unreachable", range, "metric", LAST_RESORT];
    await runCommand({ command: "ip", arguments: words, accept: [0, 2] });
  }
}

function end(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It ended by itself.
  }
}

const FAULT_CHAINS = ["early-in", "early-out", "late-in"];

function baseRules(network: string): string[] {
  return [
    "add table ip lab",
    "add chain ip lab early-in { type filter hook prerouting priority -200; }",
    "add chain ip lab early-out { type filter hook output priority -200; }",
    "add chain ip lab late-in { type filter hook input priority 0; }",
    "add chain ip lab nat-in { type nat hook prerouting priority -100; }",
    "add chain ip lab nat-out { type nat hook output priority -100; }",
    "add chain ip lab nat-behind { type nat hook postrouting priority 100; }",
    `add rule ip lab nat-behind ip saddr ${network} ip daddr != ${network} oifname eth0 masquerade`,
  ];
}

function natRules(containers: readonly DesiredContainer[]): string[] {
  return containers
    .flatMap(({ devices }) => Object.values(devices))
    .filter((device) => device["type"] === "proxy")
    .flatMap((device) => {
      const from = endpoint(device["listen"]);
      const to = endpoint(device["connect"]);
      if (from.ports !== to.ports) throw new Error(`the lab translates no ports: ${device["listen"]}`);
      const rule = `ip daddr ${from.address} ${from.protocol} dport ${from.ports} dnat to ${to.address}`;
      return ["nat-in", "nat-out"].map((chain) => `add rule ip lab ${chain} ${rule}`);
    });
}

function endpoint(text = ""): {
  readonly protocol: string;
  readonly address: string;
  readonly ports: string;
} {
  const [protocol = "", address = "", ports = ""] = text.split(":");
  return { protocol, address, ports };
}

async function nft(namespace: string, lines: readonly string[]): Promise<void> {
  const words = ["netns", "exec", namespace, "nft", "-f", "-"];
  await runCommand({ command: "ip", arguments: words, stdin: `${lines.join("\n")}\n` });
}

async function ip(words: readonly string[]): Promise<void> {
  await runCommand({ command: "ip", arguments: words });
}

async function batch(lines: readonly string[], namespace?: string): Promise<void> {
  const where = namespace === undefined ? [] : ["-n", namespace];
  await runCommand({ command: "ip", arguments: [...where, "-batch", "-"], stdin: `${lines.join("\n")}\n` });
}
