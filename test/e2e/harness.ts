/** An isolated convene for end-to-end tests: own user, project, networks, addresses and internet; real everything. */
import { mkdir, readdir, rm, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { z } from "zod";
import { statusAnswer } from "../../src/control/answers.ts";
import { removeAccount } from "../../src/host/account.ts";
import { runCommand } from "../../src/host/command.ts";
import { isThere, readFileIfThere } from "../../src/host/files.ts";
import { createLxdAdministration } from "../../src/lxd/administration.ts";
import { createLxd } from "../../src/lxd/client.ts";
import type { Lxd } from "../../src/lxd/lxd.ts";
import { systemClock } from "../../src/system/clock.ts";
import { daemonPid } from "../lab/daemon.ts";
import { createConveneHost } from "../lab/convene-host.ts";
import type { CommandOutcome, ConveneHost } from "../lab/convene-host.ts";
import { internetDown, internetUp } from "../lab/internet.ts";
import type { Internet, InternetOptions } from "../lab/internet.ts";
import { labCatalogue } from "../lab/lab-catalogue.ts";
import { labSettings } from "../lab/lab-settings.ts";
import { readSiteFolder } from "../lab/lab-site.ts";
import type { SiteFiles } from "../lab/lab-site.ts";
import { lxdSocket } from "../lab/lxd-project.ts";
import { mountCheckout, unmountCheckout } from "../lab/readable-checkout.ts";

const CHECKOUT = join(import.meta.dirname, "../..");
/** First line of a harness's settings file, with its number, so that a later run can remove what is left of it. */
const MARK = "# Written by convene's end-to-end tests, number";
/** A word of every test process's command line. */
const OWNER_MARK = "node";
/** Kept from run to run: base images take most of a minute. */
export const TEST_CACHE = "/var/cache/convene-tests";
const CLIENT_DEADLINE_MS = 60_000;

export interface HarnessOptions {
  /** User, project and folders are named after it: at most 10 lower-case characters. */
  readonly name: string;
  /** Third byte of 10.10.x.1/24, and the last of the addresses: 192.0.2.x (host) and 192.0.2.(x+1) (internet). */
  readonly number: number;
  /** Settings that differ, at the top level of the settings file. */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** Printed as it happens when set; kept in `transcript` either way. */
  readonly echo?: (line: string) => void;
}

export interface Harness {
  readonly host: ConveneHost;
  /** LXD, within the harness's project. */
  readonly lxd: Lxd;
  readonly socketPath: string;
  readonly project: string;
  readonly network: string;
  readonly configFile: string;
  /** The address people reach the site by. */
  readonly address: string;
  /** The containers' addresses without the last byte: `10.10.77`. */
  readonly prefix: string;
  readonly internet: Internet;
  /** Every line programs have said so far. */
  readonly transcript: readonly string[];
  /** The starter site with this harness's addresses, to be changed by tests. */
  site(): Promise<SiteFiles>;
  status(): Promise<z.output<typeof statusAnswer>>;
  /** Runs a program outside the host, where visitors are: DNS leads every name to the site. */
  asVisitor(command: string, words: readonly string[]): Promise<CommandOutcome>;
  /** Stops the agent and removes everything, whatever state it is in. The cached base image stays. */
  remove(): Promise<void>;
}

/** Makes the host and runs `convene init`; the agent is not started. What an earlier, killed run left goes first. */
export async function createHarness(options: HarnessOptions): Promise<Harness> {
  const { name, number } = options;
  await removeHarness(name, number);
  await shareBaseImages(name);
  await mkdir(dirname(ownerFileOf(name)), { recursive: true });
  await writeFile(ownerFileOf(name), `${process.pid}\n`);
  await mountCheckout(CHECKOUT, mountPointOf(name));
  const internet = await internetUp(internetOf(name, number));
  const config = labSettings({
    mark: `${MARK} ${number}`,
    name,
    checkout: mountPointOf(name),
    subnet: number,
    ipv6: false,
    internet,
    standIns: await labCatalogue(mountPointOf(name)),
    ...(options.settings === undefined ? {} : { extra: options.settings }),
  });
  const transcript: string[] = [];
  const host = openHost(name, config, (line) => {
    transcript.push(line);
    options.echo?.(line);
  });
  await host.initialise();
  const socketPath = lxdSocket();
  return {
    host,
    lxd: createLxd({ socketPath, project: name, clock: systemClock }),
    socketPath,
    project: name,
    network: `${name}0`,
    configFile: host.options.configFile,
    address: `192.0.2.${number}`,
    prefix: `10.10.${number}`,
    internet,
    transcript,
    site: async () => await siteAt(`192.0.2.${number}`, number),
    status: async () => statusAnswer.parse(await host.json(["status"])),
    asVisitor: async (command, words) => await asVisitor(internet.namespace, command, words),
    remove: async () => await removeHarness(name, number),
  };
}

/** Removes every harness whose test process is gone, as one does that was killed. */
export async function removeHarnesses(): Promise<void> {
  for (const name of await readdir("/etc")) {
    const config = await readFileIfThere(configFileOf(name));
    const number =
      config?.startsWith(MARK) === true ? Number.parseInt(config.slice(MARK.length), 10) : undefined;
    const inUse = await daemonPid({ pidFile: ownerFileOf(name), mark: OWNER_MARK });
    if (number !== undefined && inUse === undefined) await removeHarness(name, number);
  }
}

async function removeHarness(name: string, number: number): Promise<void> {
  if (await isThere(configFileOf(name))) {
    await mountCheckout(CHECKOUT, mountPointOf(name));
    const host = openHost(name, "", () => undefined);
    await host.stopAgent();
    const outcome = await host.convene(["uninstall", "--purge"]);
    if (outcome.exitCode !== 0) throw new Error(`uninstall of ${name}: ${outcome.stderr}${outcome.stdout}`);
    await removeForeignObjects(name);
  }
  await removeAccount(runCommand, name);
  await internetDown(internetOf(name, number));
  for (const folder of [`/run/${name}-lab`, `/etc/${name}`])
    await rm(folder, { recursive: true, force: true });
  await rm(`/var/cache/${name}`, { force: true });
  await unmountCheckout(mountPointOf(name));
}

/** An uninstall leaves what a scenario made by hand, and what that uses. */
async function removeForeignObjects(name: string): Promise<void> {
  const administration = createLxdAdministration({ socketPath: lxdSocket(), clock: systemClock });
  await administration.deleteProject(name);
  for (const network of [`${name}0`, `${name}b0`]) await administration.deleteNetwork(network);
  await administration.deleteNetworkAcl(`${name}0`);
}

function openHost(name: string, config: string, say: (line: string) => void): ConveneHost {
  return createConveneHost({
    configFile: configFileOf(name),
    config,
    user: name,
    stateDirectory: `/var/lib/${name}`,
    checkout: mountPointOf(name),
    runDirectory: `/run/${name}-lab`,
    agentLog: `/var/log/${name}-agent.log`,
    say,
  });
}

/** Every harness finds the same base image in its cache folder. */
async function shareBaseImages(name: string): Promise<void> {
  await mkdir(TEST_CACHE, { recursive: true });
  await rm(`/var/cache/${name}`, { recursive: true, force: true });
  await symlink(TEST_CACHE, `/var/cache/${name}`);
}

/** Tells a harness in use from one that was left. */
function ownerFileOf(name: string): string {
  return `/run/${name}-lab/owner.pid`;
}

function configFileOf(name: string): string {
  return `/etc/${name}/config.yaml`;
}

function mountPointOf(name: string): string {
  return `/opt/${name}`;
}

function internetOf(name: string, number: number): InternetOptions {
  return {
    name: `${name}n0`,
    hostAddresses: [`192.0.2.${number}`],
    peerAddress: `192.0.2.${number + 1}`,
    directory: `/var/lib/${name}-internet`,
  };
}

async function siteAt(address: string, number: number): Promise<SiteFiles> {
  const files = await readSiteFolder(join(CHECKOUT, "desired-state"));
  const rewrite = (text: string): string =>
    text
      .replaceAll(/192\.0\.2\.10\b/g, address)
      .replaceAll(/10\.10\.1\./g, `10.10.${number}.`)
      .replace(/^( +)catalogue:/m, `$1network: {ipv4: 10.10.${number}.1/24}\n$1catalogue:`);
  return Object.fromEntries(Object.entries(files).map(([name, text]) => [name, rewrite(text)]));
}

async function asVisitor(
  namespace: string,
  command: string,
  words: readonly string[],
): Promise<CommandOutcome> {
  const result = await runCommand({
    command: "ip",
    arguments: ["netns", "exec", namespace, command, ...words],
    timeoutMs: CLIENT_DEADLINE_MS,
    accept: Array.from({ length: 256 }, (_, code) => code),
  });
  return { ...result, stderr: "" };
}
