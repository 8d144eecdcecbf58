/**
 * A whole healthy site as plain processes in one network namespace: HAProxy, nginx, Prosody and coturn with the shipped
 * configuration, the stand-ins for jicofo and the videobridge, and every fault of the catalogue at hand.
 *
 * The test's own process is both a stranger on the internet (by the public address) and the host (by the containers').
 */
import { setTimeout as delay } from "node:timers/promises";
import type { CheckContext } from "../../src/checks/check.ts";
import type { DesiredCheck, DesiredState } from "../../src/model/desired-state.ts";
import type { Secret } from "../../src/system/secret.ts";
import { type LabAccounts, labAccounts } from "./meeting-lab-accounts.ts";
import { type LabCertificates, labCertificates } from "./meeting-lab-certificates.ts";
import { labContext, resolveLabName } from "./meeting-lab-context.ts";
import { applyFault, type FaultName } from "./meeting-lab-faults.ts";
import { containersUp, type LabContainers } from "./meeting-lab-containers.ts";
import { type LabFirewall, networkUp } from "./meeting-lab-network.ts";
import type { LabServer } from "./meeting-lab-server.ts";
import { choosableBridges, type LabServers, labServers } from "./meeting-lab-servers.ts";
import {
  buildLabSite,
  LAB_DOMAIN,
  LAB_PERSON,
  LAB_TURN_DOMAIN,
  labSecret,
  type LabSiteOptions,
} from "./meeting-lab-site.ts";
import { type LabAddresses, type LabSlot, takeSlot } from "./meeting-lab-slot.ts";

export type MeetingLabOptions = LabSiteOptions;

export interface Login {
  /** Without the domain. */
  readonly username: string;
  readonly password: Secret;
}

export interface MeetingLab extends AsyncDisposable {
  readonly namespace: string;
  readonly domain: string;
  readonly turnDomain: string;
  readonly addresses: LabAddresses & {
    readonly proxy: string;
    readonly turn: string;
    readonly jitsi: string;
    /** In the order of their numbers. */
    readonly bridges: readonly string[];
  };
  /** PEM: who issued the site's certificates. */
  readonly extraRoots: readonly string[];
  /** The checks' own member, and a person of the site. */
  readonly member: Login;
  readonly person: Login;
  /** What the shipped manifests check on such a site, ready for `runCheck`. */
  readonly checks: readonly DesiredCheck[];
  readonly desired: DesiredState;
  readonly servers: LabServers;
  readonly certificates: LabCertificates;
  readonly firewall: LabFirewall;
  /** Has it go wrong in this way, too; `mend` makes it whole again. */
  fault(name: FaultName): Promise<void>;
  /** Undoes every fault and whatever was done to its servers, and waits until everything has found everything. */
  mend(): Promise<void>;
  /** Waits until the focus would choose that many bridges, which a fault has taken effect by. */
  untilChoosable(bridges: number): Promise<void>;
  /** A generated secret of the site by its name in the manifests: `turn-secret`. */
  secret(name: string): Secret;
  /** The site's names lead to the public address; rejects as DNS does for others. */
  resolve(host: string): Promise<readonly string[]>;
  /** What a check may use on this site, from outside. */
  checkContext(changes?: Partial<CheckContext>): CheckContext;
  /** The last lines of every server, for the message of a test that fails. */
  logs(): string;
  /** Leaves no process, namespace, rule or file behind. */
  stop(): Promise<void>;
}

/** Takes about 3 s. Rejects with a server's own words when it does not come up; nothing is left then either. */
export async function startMeetingLab(options: MeetingLabOptions = {}): Promise<MeetingLab> {
  const slot = await takeSlot();
  let servers: LabServers | undefined;
  let containers: LabContainers | undefined;
  const stop = async (): Promise<void> => {
    await Promise.all(everyServer(servers).map((server) => server.stop()));
    await containers?.close();
    await slot.release();
  };
  try {
    const desired = await buildLabSite(slot.addresses, options);
    const firewall = await networkUp(slot, desired.containers);
    containers = await containersUp(slot, desired);
    await acceptOutside(containers);
    const certificates = await labCertificates(containers, [LAB_DOMAIN, LAB_TURN_DOMAIN]);
    servers = await labServers(containers, options.bridges ?? 1);
    const accounts = await startAll(servers, desired);
    return lab({ slot, desired, servers, accounts, containers, certificates, firewall, stop });
  } catch (error) {
    await stop();
    throw error;
  }
}

/** The lab's internet lies in a range for documentation, which coturn takes for nobody's on a real host. */
async function acceptOutside(containers: LabContainers): Promise<void> {
  const turn = containers.get("turn");
  const denied = "denied-peer-ip=203.0.113.0-203.0.113.255\n";
  const configuration = await turn.read(TURN_CONFIGURATION);
  if (!configuration.includes(denied)) throw new Error(`${TURN_CONFIGURATION} has no line ${denied.trim()}`);
  await turn.write(TURN_CONFIGURATION, configuration.replace(denied, ""));
}

const TURN_CONFIGURATION = "/etc/turnserver.conf";

async function startAll(servers: LabServers, desired: DesiredState): Promise<LabAccounts> {
  const { haproxy, nginx, coturn, prosody, focus, bridges } = servers;
  const [accounts] = await Promise.all([
    prosody.start().then(() => labAccounts(prosody.container, desired.accounts)),
    haproxy.start(),
    nginx.start(),
    coturn.start(),
  ]);
  await Promise.all([...bridges, focus].map((server) => server.start()));
  await together(servers);
  return accounts;
}

/** Waits until everything has found everything: the focus would choose that many bridges, all when absent. */
async function together(servers: LabServers, bridges = servers.bridges.length): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt += 1) {
    if ((await choosableBridges(servers)) === bridges) return;
    await delay(50);
  }
  throw new Error(`after 10 s the focus would not choose among ${bridges} bridges`);
}

function everyServer(servers: LabServers | undefined): readonly LabServer[] {
  if (servers === undefined) return [];
  const { bridges, ...others } = servers;
  return [...bridges, ...Object.values<LabServer>(others)];
}

interface Parts {
  readonly slot: LabSlot;
  readonly desired: DesiredState;
  readonly servers: LabServers;
  readonly accounts: LabAccounts;
  readonly containers: LabContainers;
  readonly certificates: LabCertificates;
  readonly firewall: LabFirewall;
  readonly stop: () => Promise<void>;
}

function lab({
  slot,
  desired,
  servers,
  accounts,
  containers,
  certificates,
  firewall,
  stop,
}: Parts): MeetingLab {
  const published = slot.addresses.public;
  const proxy = containers.get("proxy");
  const parts = { servers, accounts, certificates, firewall, addresses: slot.addresses };
  return {
    namespace: slot.namespace,
    domain: LAB_DOMAIN,
    turnDomain: LAB_TURN_DOMAIN,
    addresses: {
      ...slot.addresses,
      proxy: proxy.address,
      turn: containers.get("turn").address,
      jitsi: containers.get("jitsi").address,
      bridges: servers.bridges.map(({ container }) => container.address),
    },
    extraRoots: [certificates.root],
    member: { username: "convene-check", password: labSecret("check-password") },
    person: { username: LAB_PERSON, password: labSecret(LAB_PERSON) },
    // There is no Consul here: it is no part of a meeting.
    checks: desired.checks.filter(({ container }) => container !== "consul"),
    desired,
    servers,
    certificates,
    firewall,
    fault: (name) => applyFault(name, parts),
    mend: async () => {
      await firewall.clear();
      await certificates.restore();
      await Promise.all(everyServer(servers).map((server) => server.mend()));
      await accounts.restore();
      await together(servers);
    },
    untilChoosable: (bridges) => together(servers, bridges),
    secret: labSecret,
    resolve: (host) => resolveLabName(published, host),
    checkContext: (changes = {}) => labContext({ published, root: certificates.root, proxy }, changes),
    logs: () =>
      everyServer(servers)
        .map((server) => `== ${server.name}\n${server.log().slice(-2_000)}`)
        .join("\n"),
    stop,
    [Symbol.asyncDispose]: stop,
  };
}
