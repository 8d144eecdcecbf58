/** `npm run demo` and `npm run demo:down`: a whole conferencing host on this machine, and away with it again. */
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { isThere, readFileIfThere } from "../../src/host/files.ts";
import { createConveneHost } from "./convene-host.ts";
import type { ConveneHost } from "./convene-host.ts";
import { internetDown, internetUp } from "./internet.ts";
import type { InternetOptions } from "./internet.ts";
import { labCatalogue } from "./lab-catalogue.ts";
import { labSettings } from "./lab-settings.ts";
import { findSite, isDocumentationAddress, readSiteFolder } from "./lab-site.ts";
import type { LabSite, SiteFiles } from "./lab-site.ts";
import { mountCheckout, unmountCheckout } from "./readable-checkout.ts";
import { unreachableRepositories } from "./upstream-reachable.ts";

const NAME = "convene";
const MARK = "# Written by `npm run demo`; `npm run demo:down` removes it.";
const CONFIG_FILE = "/etc/convene/config.yaml";
const CHECKOUT = join(import.meta.dirname, "../..");
const MOUNT_POINT = "/opt/convene-demo";
const LAB_DIRECTORY = "/var/lib/convene-demo";
const AGENT_LOG = "/var/log/convene-demo.log";
const READY_TIMEOUT = "30m";

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

async function up(): Promise<number> {
  const started = Date.now();
  await refuseForeignInstallation();
  const files = await readSiteFolder(join(CHECKOUT, "desired-state"));
  const site = findSite(files);
  const host = await prepareHost(site);
  say("· convene init");
  await host.initialise();
  say((await host.startAgent()) ? `✓ agent started, log: ${AGENT_LOG}` : "✓ agent runs");
  const ready = await pushAndWait(host, files);
  await host.convene(["status"], true);
  const seconds = Math.round((Date.now() - started) / 1000);
  if (ready) sayWhereToGo(site, seconds);
  else say(`✗ not Ready after ${seconds} s; see \`npm run -s convene -- status\` and ${AGENT_LOG}`);
  return ready ? 0 : 1;
}

/** Network and settings; what is there already stays. */
async function prepareHost(site: LabSite): Promise<ConveneHost> {
  await mountCheckout(CHECKOUT, MOUNT_POINT);
  const options = internetOptions(site);
  const internet = options === undefined ? undefined : await internetUp(options);
  if (options !== undefined) {
    say(
      `✓ lab internet: ${site.listen.join(", ")} on this machine, certificates from ${options.peerAddress}`,
    );
  }
  const unreachable = await unreachableRepositories();
  if (unreachable.length > 0) {
    say("! Jitsi's and HashiCorp's package repositories cannot be reached from here:");
    for (const reason of unreachable) say(`    ${reason}`);
    say("  Stand-ins run for jicofo, videobridge and the web page; they are labelled `lab` in the table.");
  }
  return openHost(
    labSettings({
      mark: MARK,
      name: NAME,
      checkout: MOUNT_POINT,
      subnet: 1,
      ipv6: site.listen.some((address) => address.includes(":")),
      internet,
      standIns: unreachable.length > 0 ? await labCatalogue(MOUNT_POINT) : [],
    }),
  );
}

/** Undefined when the site has addresses of its own. */
function internetOptions(site: LabSite): InternetOptions | undefined {
  const own = site.listen.filter(isDocumentationAddress);
  const ipv4 = own.find((address) => !address.includes(":"));
  if (ipv4 === undefined) return undefined;
  const peerAddress = ipv4.replace(/\d+$/, (last) => String(Number(last) === 20 ? 21 : 20));
  return { name: "convnet0", hostAddresses: own, peerAddress, directory: LAB_DIRECTORY };
}

function openHost(config: string): ConveneHost {
  return createConveneHost({
    configFile: CONFIG_FILE,
    config,
    user: NAME,
    stateDirectory: `/var/lib/${NAME}`,
    checkout: MOUNT_POINT,
    runDirectory: LAB_DIRECTORY,
    agentLog: AGENT_LOG,
    say: (line) => say(`  ${line}`),
  });
}

/** True when the agent says Ready for what was pushed. The push itself shows plan, progress and verdict. */
async function pushAndWait(host: ConveneHost, files: SiteFiles): Promise<boolean> {
  say(`· git push desired-state/ to ${host.repository}, as user ${NAME}`);
  const pushed = await host.push({ files, replace: true, message: "The site as desired-state/ has it" });
  if (pushed.exitCode !== 0) return false;
  if (pushed.changed) {
    const verdict = await host.convene(["wait", "--revision", pushed.commit, "--timeout", READY_TIMEOUT]);
    if (verdict.exitCode === 0) return true;
  }
  // Nothing new to push, or not ready at first: one more pass says how it stands now.
  return (await host.convene(["reconcile", "--wait", "--timeout", READY_TIMEOUT], true)).exitCode === 0;
}

function sayWhereToGo(site: LabSite, seconds: number): void {
  const { domain, relays, listen } = site;
  say("");
  say(`✓ Ready after ${seconds} s: https://${domain}`);
  say("  Try: git clone, change and push as the README shows. Away again: npm run demo:down");
  if (!listen.some(isDocumentationAddress)) return;
  const [address = ""] = listen;
  const trust = `--cacert ${join(LAB_DIRECTORY, "acme-root.pem")}`;
  const names = [domain, ...relays].map((name) => `--resolve ${name}=${address}`).join(" ");
  say("");
  say("  Its names are known only here. The page, and the site as a stranger sees it:");
  say(`    curl ${trust} --resolve ${domain}:443:${address} https://${domain}/`);
  say(`    npm run -s convene -- doctor ${domain} --private ${names} ${trust}`);
  say(
    "  People meet there too with `--user NAME --password-file /var/lib/convene/passwords/NAME` (people.yaml).",
  );
}

/** A real installation's settings were not written by the demo, and are not overwritten. */
async function refuseForeignInstallation(): Promise<void> {
  const config = await readFileIfThere(CONFIG_FILE);
  if (config === undefined || config.startsWith(MARK)) return;
  throw new Error(
    `convene is installed on this machine already (${CONFIG_FILE}); the demo would get in its way`,
  );
}

async function down(): Promise<number> {
  await refuseForeignInstallation();
  const config = await readFileIfThere(CONFIG_FILE);
  if (config !== undefined) {
    await mountCheckout(CHECKOUT, MOUNT_POINT);
    const host = openHost(config);
    await host.stopAgent();
    say("· convene uninstall --purge");
    const removed = await host.convene(["uninstall", "--purge"], true);
    if (removed.exitCode !== 0) {
      say(removed.stderr.trim());
      return 1;
    }
  }
  const site = findSite(await readSiteFolder(join(CHECKOUT, "desired-state")));
  const internet = internetOptions(site);
  if (internet !== undefined) await internetDown(internet);
  await unmountCheckout(MOUNT_POINT);
  if (await isThere(LAB_DIRECTORY)) await rm(LAB_DIRECTORY, { recursive: true });
  await rm(AGENT_LOG, { force: true });
  say("✓ the demo is gone");
  return 0;
}

async function main(verb: string | undefined): Promise<number> {
  try {
    return verb === "down" ? await down() : await up();
  } catch (error) {
    process.stderr.write(`✗ ${error instanceof Error ? error.message : String(error)}\n`);
    return 1;
  }
}

process.exitCode = await main(process.argv[2]);
