/**
 * The lab's internet: an address of the host that people reach it by, and a network namespace behind it with an ACME
 * server (Pebble), a DNS server that leads every name to the host, and room for clients.
 */
import { mkdir, rm, writeFile } from "node:fs/promises";
import { request } from "node:https";
import { join } from "node:path";
import { runCommand } from "../../src/host/command.ts";
import { isThere, readFileIfThere } from "../../src/host/files.ts";
import { systemClock } from "../../src/system/clock.ts";
import { pollUntil } from "../../src/system/retry.ts";
import { daemonPid, startDaemon, stopDaemon } from "./daemon.ts";
import type { Daemon } from "./daemon.ts";
import { makeAuthority, makeCertificate } from "./test-certificates.ts";

export interface InternetOptions {
  /** Name of the link and the namespace, at most 14 characters. */
  readonly name: string;
  /** What the site listens on; made as single addresses, so that a real network of the same range goes on working. */
  readonly hostAddresses: readonly string[];
  /** Where Pebble, DNS and clients are: IPv4. */
  readonly peerAddress: string;
  /** Certificates, pid files and logs. */
  readonly directory: string;
}

export interface Internet {
  readonly namespace: string;
  readonly acmeDirectory: string;
  /** PEM: the roots of Pebble's own HTTPS and of what it issues, of every Pebble there was. */
  readonly rootFile: string;
}

const ACME_PORT = 14_000;
const MANAGEMENT_PORT = 15_000;

/** Makes what is missing; safe to repeat, and after a killed run. */
export async function internetUp(options: InternetOptions): Promise<Internet> {
  await mkdir(options.directory, { recursive: true, mode: 0o755 });
  await linkUp(options);
  await startDaemon(dnsDaemon(options));
  const internet = {
    namespace: options.name,
    acmeDirectory: `https://${options.peerAddress}:${ACME_PORT}/dir`,
    rootFile: join(options.directory, "acme-root.pem"),
  };
  if ((await daemonPid(pebbleDaemon(options))) === undefined) await startPebble(options, internet.rootFile);
  return internet;
}

/** Stops the servers and removes link, namespace and files. */
export async function internetDown(options: InternetOptions): Promise<void> {
  await stopDaemon(pebbleDaemon(options));
  await stopDaemon(dnsDaemon(options));
  await removeLink(options.name);
  await rm(join("/etc/netns", options.name), { recursive: true, force: true });
  await rm(options.directory, { recursive: true, force: true });
}

async function linkUp(options: InternetOptions): Promise<void> {
  const { name, peerAddress } = options;
  const hostAddress = firstIpv4(options);
  const hasNamespace = await isThere(join("/run/netns", name));
  const hasLink = await isThere(join("/sys/class/net", name));
  if (hasNamespace && hasLink) return;
  await removeLink(name);
  await ip(["netns", "add", name]);
  await ip(["link", "add", name, "type", "veth", "peer", "name", "eth0", "netns", name]);
  for (const address of options.hostAddresses) await ip(["address", "add", single(address), "dev", name]);
  await ip(["link", "set", name, "up"]);
  await ip(["route", "add", `${peerAddress}/32`, "dev", name, "src", hostAddress]);
  await ip(["-n", name, "link", "set", "lo", "up"]);
  await ip(["-n", name, "link", "set", "eth0", "up"]);
  await ip(["-n", name, "address", "add", `${peerAddress}/32`, "dev", "eth0"]);
  await ip(["-n", name, "route", "add", `${hostAddress}/32`, "dev", "eth0"]);
  await ip(["-n", name, "route", "add", "default", "via", hostAddress, "dev", "eth0"]);
  // `ip netns exec` shows these files to what runs inside as /etc/resolv.conf.
  await mkdir(join("/etc/netns", name), { recursive: true });
  await writeFile(join("/etc/netns", name, "resolv.conf"), `nameserver ${peerAddress}\n`);
}

/** A network of only this address. */
function single(address: string): string {
  return address.includes(":") ? `${address}/128` : `${address}/32`;
}

function firstIpv4({ hostAddresses }: InternetOptions): string {
  const found = hostAddresses.find((address) => !address.includes(":"));
  if (found !== undefined) return found;
  throw new Error("the lab needs an IPv4 address among the site's listen addresses");
}

/** Whatever still runs in the namespace ends with it: a killed run may have left something without a pid file. */
async function removeLink(name: string): Promise<void> {
  const left = await ip(["netns", "pids", name], [0, 1, 255]);
  for (const pid of left
    .split("\n")
    .map(Number)
    .filter((number) => number > 1))
    process.kill(pid, "SIGKILL");
  await ip(["netns", "delete", name], [0, 1]);
  await ip(["link", "delete", name], [0, 1]);
}

/** A new Pebble knows no old account and has a new root: the roots of earlier ones stay in the file. */
async function startPebble(options: InternetOptions, rootFile: string): Promise<void> {
  const { directory, peerAddress } = options;
  const authority = await makeAuthority({ commonName: "convene lab" });
  const listener = await makeCertificate({ names: [peerAddress], issuer: authority });
  await writeFile(join(directory, "listener.pem"), listener.pem);
  await writeFile(join(directory, "listener-key.pem"), listener.keyPem, { mode: 0o600 });
  await writeFile(join(directory, "pebble.json"), pebbleConfig(options));
  await startDaemon(pebbleDaemon(options));
  const url = `https://${peerAddress}:${MANAGEMENT_PORT}/roots/0`;
  const root = await pollUntil(async () => await fetchPem(url, authority.pem), {
    clock: systemClock,
    intervalMs: 100,
    timeoutMs: 20_000,
  });
  if (root === undefined)
    throw new Error(`Pebble does not answer ${url}; see ${join(directory, "pebble.log")}`);
  const before = (await readFileIfThere(rootFile)) ?? "";
  await writeFile(rootFile, `${before}${authority.pem}${root.trim()}\n`, { mode: 0o644 });
}

function pebbleConfig({ directory, peerAddress }: InternetOptions): string {
  return JSON.stringify({
    pebble: {
      listenAddress: `${peerAddress}:${ACME_PORT}`,
      managementListenAddress: `${peerAddress}:${MANAGEMENT_PORT}`,
      certificate: join(directory, "listener.pem"),
      privateKey: join(directory, "listener-key.pem"),
      httpPort: 80,
      tlsPort: 443,
      // Let's Encrypt's ninety days, in seconds.
      certificateValidityPeriod: 90 * 86_400,
    },
  });
}

function pebbleDaemon(options: InternetOptions): Daemon {
  const config = join(options.directory, "pebble.json");
  const dns = `${options.peerAddress}:53`;
  return {
    ...inNamespace(options, "pebble", ["pebble", "-config", config, "-dnsserver", dns]),
    environment: { PEBBLE_VA_NOSLEEP: "1", PEBBLE_WFE_NONCEREJECT: "0" },
    mark: config,
  };
}

function dnsDaemon(options: InternetOptions): Daemon {
  const off = ["-http01", "", "-https01", "", "-tlsalpn01", "", "-defaultIPv6", ""];
  const dns = `${options.peerAddress}:53`;
  return {
    ...inNamespace(options, "dns", [
      "pebble-challtestsrv",
      ...off,
      "-defaultIPv4",
      firstIpv4(options),
      "-dns01",
      dns,
      "-management",
      "127.0.0.1:8055",
    ]),
    mark: dns,
  };
}

/** `ip netns exec` becomes the program, so that the pid is the program's own. */
function inNamespace(options: InternetOptions, name: string, words: readonly string[]): Omit<Daemon, "mark"> {
  return {
    command: "ip",
    arguments: ["netns", "exec", options.name, ...words],
    pidFile: join(options.directory, `${name}.pid`),
    logFile: join(options.directory, `${name}.log`),
  };
}

function fetchPem(url: string, ca: string): Promise<string | undefined> {
  const { promise, resolve } = Promise.withResolvers<string | undefined>();
  const call = request(url, { ca, timeout: 2_000 }, (answer) => {
    const chunks: Buffer[] = [];
    answer.on("data", (chunk: Buffer) => chunks.push(chunk));
    answer.on("end", () =>
      resolve(answer.statusCode === 200 ? Buffer.concat(chunks).toString("utf8") : undefined),
    );
  });
  call.once("timeout", () => call.destroy(new Error("time-out")));
  call.once("error", () => resolve(undefined));
  call.end();
  return promise;
}

async function ip(words: readonly string[], accept: readonly number[] = [0]): Promise<string> {
  return (await runCommand({ command: "ip", arguments: words, accept })).stdout;
}
