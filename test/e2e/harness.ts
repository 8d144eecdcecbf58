/** An isolated convene for end-to-end tests: own user, project, networks, addresses and internet; real everything. */
import { rm } from "node:fs/promises";
import { join } from "node:path";
import type { z } from "zod";
import { statusAnswer } from "../../src/control/answers.ts";
import { removeAccount } from "../../src/host/account.ts";
import { runCommand } from "../../src/host/command.ts";
import { createLxd } from "../../src/lxd/client.ts";
import type { Lxd } from "../../src/lxd/lxd.ts";
import { systemClock } from "../../src/system/clock.ts";
import { createConveneHost } from "../lab/convene-host.ts";
import type { CommandOutcome, ConveneHost } from "../lab/convene-host.ts";
import { internetDown, internetUp } from "../lab/internet.ts";
import type { Internet } from "../lab/internet.ts";
import { labSettings } from "../lab/lab-settings.ts";
import { readSiteFolder } from "../lab/lab-site.ts";
import type { SiteFiles } from "../lab/lab-site.ts";
import { lxdSocket } from "../lab/lxd-project.ts";
import { mountCheckout, unmountCheckout } from "../lab/readable-checkout.ts";

const CHECKOUT = join(import.meta.dirname, "../..");
const MARK = "# Written by convene's end-to-end tests.";
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
  const mountPoint = `/opt/${name}`;
  const [address, peerAddress] = [`192.0.2.${number}`, `192.0.2.${number + 1}`];
  const net = {
    name: `${name}n0`,
    hostAddresses: [address],
    peerAddress,
    directory: `/var/lib/${name}-internet`,
  };
  const transcript: string[] = [];
  const say = (line: string): void => {
    transcript.push(line);
    options.echo?.(line);
  };
  await mountCheckout(CHECKOUT, mountPoint);
  const internet = await internetUp(net);
  const configFile = `/etc/${name}/config.yaml`;
  const host = createConveneHost({
    configFile,
    config: labSettings({
      mark: MARK,
      name,
      checkout: mountPoint,
      subnet: number,
      ipv6: false,
      internet,
      standIns: true,
      ...(options.settings === undefined ? {} : { extra: options.settings }),
    }),
    user: name,
    stateDirectory: `/var/lib/${name}`,
    checkout: mountPoint,
    runDirectory: `/run/${name}-lab`,
    agentLog: `/var/log/${name}-agent.log`,
    say,
  });
  const remove = async (): Promise<void> => {
    await host.stopAgent();
    await uninstall(host);
    await rm(`/etc/${name}`, { recursive: true, force: true });
    await removeAccount(runCommand, name);
    await internetDown(net);
    await rm(`/run/${name}-lab`, { recursive: true, force: true });
    await unmountCheckout(mountPoint);
  };
  await host.stopAgent();
  await uninstall(host);
  await host.initialise();
  const socketPath = lxdSocket();
  return {
    host,
    lxd: createLxd({ socketPath, project: name, clock: systemClock }),
    socketPath,
    project: name,
    network: `${name}0`,
    configFile,
    address,
    prefix: `10.10.${number}`,
    internet,
    transcript,
    site: async () => await siteAt(address, number),
    status: async () => statusAnswer.parse(await host.json(["status"])),
    asVisitor: async (command, words) => await asVisitor(net.name, command, words),
    remove,
  };
}

/** Removes what is left of an earlier run; the settings file says what, so without one there is nothing. */
async function uninstall(host: ConveneHost): Promise<void> {
  await host.convene(["uninstall"]);
}

async function siteAt(address: string, number: number): Promise<SiteFiles> {
  const files = await readSiteFolder(join(CHECKOUT, "desired-state"));
  const rewrite = (text: string): string =>
    text.replaceAll(/192\.0\.2\.10\b/g, address).replaceAll(/10\.10\.1\./g, `10.10.${number}.`);
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
