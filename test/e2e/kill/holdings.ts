/** Everything that is on a host of empty containers, listed so that a duplicate or an orphan shows. */
import { createConsul } from "../../../src/consul/create-consul.ts";
import { systemClock } from "../../../src/system/clock.ts";
import { silentLogger } from "../../lab/silent-logger.ts";
import { type EmptySite, SITE_DOMAIN, SITE_NAME } from "../empty-site.ts";
import type { KillHost } from "./kill-host.ts";

export interface Holdings {
  /** Name, state, role, and whether it was made from the one image there is. */
  readonly containers: readonly string[];
  readonly volumes: readonly string[];
  /** Aliases without their hash; `?` for an image without one. */
  readonly images: readonly string[];
  readonly keys: readonly string[];
  readonly services: readonly string[];
  readonly accounts: readonly string[];
  /** Files that only exist while others are being written. */
  readonly leftovers: readonly string[];
}

const RUNNING = 103;

/** What must be there when the site is Ready, and nothing else. */
export function wantedHoldings(site: EmptySite): Holdings {
  const workers = site.workers.map((one) => `worker-${one}`);
  return {
    containers: ["store", ...workers].map((name) => `${name} running active of the image`),
    volumes: ["store-data", ...workers.map((name) => `${name}-data`)],
    images: ["convene-empty", "debian/12"],
    keys: [
      `convene/${SITE_NAME}/inventory`,
      "service/store/text",
      ...site.workers.map((one) => `service/worker/${one}`),
    ],
    services: ["convene-store-store", ...workers.map((name) => `convene-${name}-${name}`)],
    accounts: site.people.map((name) => `${name}@${SITE_DOMAIN}`),
    leftovers: [],
  };
}

export async function readHoldings({ harness, consul }: KillHost): Promise<Holdings> {
  const { lxd } = harness;
  const door = createConsul({ ...consul, site: SITE_NAME, clock: systemClock, logger: silentLogger });
  const [instances, volumes, images, entries, services] = await Promise.all([
    lxd.instances(),
    lxd.volumes("convene"),
    lxd.images(),
    door.keys(""),
    door.services(),
  ]);
  const exec = async (name: string, script: string): Promise<readonly string[]> => {
    const command = ["sh", "-c", script];
    const { stdout } = await lxd.exec({ instance: name, command, timeoutMs: 20_000 });
    return stdout.split("\n").filter((line) => line !== "");
  };
  const own = images.find(({ aliases }) => aliases.some(({ name }) => name.startsWith("convene-empty-")));
  const running = instances.filter((one) => one.status_code === RUNNING).map(({ name }) => name);
  const leftovers = await Promise.all(
    running.map((name) => exec(name, "ls -d /var/lib/convene/stage /etc/*.convene-new 2>/dev/null")),
  );
  return {
    containers: instances
      .map(({ name, status_code: code, config }) => {
        const state = code === RUNNING ? "running" : `in state ${code}`;
        const origin = config["volatile.base_image"] === own?.fingerprint ? "the image" : "another image";
        return `${name} ${state} ${config["user.convene.role"]} of ${origin}`;
      })
      .toSorted(),
    volumes: volumes.map(({ name }) => name).toSorted(),
    images: images
      .map(({ aliases }) => aliases.map(({ name }) => name.replace(/-[0-9a-f]{12}$/, "")).join() || "?")
      .toSorted(),
    keys: entries.map(({ key }) => key).toSorted(),
    services: services.map(({ id }) => id).toSorted(),
    accounts: running.includes("store") ? await exec("store", "cut -f1 /srv/data/accounts | sort") : [],
    leftovers: leftovers.flat(),
  };
}
