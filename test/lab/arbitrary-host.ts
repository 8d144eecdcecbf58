/** Arbitrary sites, and what can happen to a host behind convene's back, for property tests. */
import * as fc from "fast-check";
import { LXD_STATUS } from "../../src/lxd/status-codes.ts";
import type { DesiredContainer } from "../../src/model/desired-state.ts";
import { nextName } from "../../src/plan/container-names.ts";
import { createGuest } from "./fake-guest.ts";
import type { FakeHost } from "./fake-host.ts";
import { SAMPLE_HOST, account, container, sampleSite } from "./sample-site.ts";
import type { Build } from "./sample-pass.ts";

export interface ArbitrarySite {
  readonly images: Readonly<Record<string, string>>;
  readonly routes: readonly string[];
  readonly people: readonly string[];
  readonly turnPorts: string;
  readonly bridges: number;
  readonly wiki: boolean;
}

const version = fc.constantFrom("1", "2");

export const arbitrarySite: fc.Arbitrary<ArbitrarySite> = fc.record({
  images: fc.record({ consul: version, proxy: version, turn: version, jitsi: version }),
  routes: fc.subarray(["jitsi", "cloud", "files", "wiki"]),
  people: fc.subarray(["ann", "bob", "eve"]),
  turnPorts: fc.constantFrom("50000-51000", "50000-50500"),
  bridges: fc.integer({ min: 0, max: 2 }),
  wiki: fc.boolean(),
});

export function buildOf(site: ArbitrarySite): Build {
  return (foreign) =>
    sampleSite(
      {
        images: site.images,
        routes: site.routes,
        turnPorts: site.turnPorts,
        accounts: ["focus", ...site.people].map((name) => account(name, "jitsi")),
        more: [...bridges(site.bridges), ...(site.wiki ? [wiki()] : [])],
      },
      foreign,
    );
}

function bridges(count: number): DesiredContainer[] {
  return Array.from({ length: count }, (_, index) =>
    container({
      name: `bridge-${index + 2}`,
      hostPart: 22 + index,
      dependsOn: ["jitsi"],
      disruption: "calls",
    }),
  );
}

/** A container without files of convene's, only a unit. */
function wiki(): DesiredContainer {
  return container({ name: "wiki", hostPart: 40, volumes: ["wiki-data"], files: [], ports: ["tcp:8443"] });
}

/** Something somebody does by hand. */
type Meddling = (host: FakeHost) => Promise<void>;

const CONTAINERS = ["consul", "proxy", "turn", "jitsi", "bridge-1", "bridge-2", "wiki"];
const KEY = "service/haproxy/acl/jitsi/host";

const byName: Readonly<Record<string, (host: FakeHost, name: string) => Promise<void>>> = {
  stop: async ({ inside }, name) => inside.lxd.stopInstance(name, 0),
  freeze: async ({ inside }, name) => {
    const found = inside.instances.get(name);
    if (found?.status === LXD_STATUS.running) found.status = LXD_STATUS.frozen;
  },
  delete: async ({ inside }, name) => {
    await inside.lxd.stopInstance(name, 0);
    await inside.lxd.deleteInstance(name);
  },
  "take a proxy from": async ({ inside }, name) => {
    const found = inside.instances.get(name);
    if (!found) return;
    const kept = Object.entries(found.devices).filter(([, device]) => device["type"] !== "proxy");
    found.devices = Object.fromEntries(kept);
  },
  "add a device to": async ({ inside }, name) => {
    const found = inside.instances.get(name);
    if (found) found.devices = { ...found.devices, gpu: { type: "gpu" } };
  },
  limit: async ({ inside }, name) => inside.lxd.patchInstance(name, { config: { "limits.cpu": "1" } }),
  "change the address of": async ({ inside }, name) => {
    const found = inside.instances.get(name);
    if (found)
      found.devices = { ...found.devices, eth0: { ...found.devices["eth0"], "ipv4.address": "10.10.1.99" } };
  },
  "damage the record of": async ({ inside }, name) =>
    inside.lxd.patchInstance(name, { config: { "user.convene.files": "{", "user.convene.accounts": "[]" } }),
  "edit a file in": async ({ inside }, name) => {
    const guest = inside.instances.get(name)?.guest;
    for (const [path, found] of guest?.files ?? []) guest?.files.set(path, { ...found, content: "by hand" });
  },
  "change a file's mode in": async ({ inside }, name) => {
    const guest = inside.instances.get(name)?.guest;
    for (const [path, found] of guest?.files ?? []) guest?.files.set(path, { ...found, mode: "0777" });
  },
  "remove the files of": async ({ inside }, name) => inside.instances.get(name)?.guest.files.clear(),
  "stop the units of": async ({ inside }, name) => inside.instances.get(name)?.guest.active.clear(),
  "leave a half-made replacement of": async ({ inside }, name) => {
    const found = inside.instances.get(name);
    if (!found || inside.instances.has(nextName(name))) return;
    const config = { ...found.config, "user.convene.role": "next", "user.convene.image": "convene-other-1" };
    const { root } = found.devices;
    inside.instances.set(nextName(name), {
      ...found,
      name: nextName(name),
      config,
      devices: root ? { root } : {},
      guest: createGuest(),
    });
  },
};

const anywhere: Readonly<Record<string, Meddling>> = {
  "change a key of ours": async ({ inside }) => inside.write(KEY, "somewhere.else"),
  "remove a key of ours": async ({ inside }) => inside.write(KEY, undefined),
  "write a key of another module": async ({ inside }) =>
    inside.write("service/haproxy/acl/theirs/host", "theirs.test"),
  "unregister the services": async ({ inside }) => inside.services.clear(),
  "remove an account": async ({ inside }) =>
    void volumeOf(inside, "prosody")?.data.accounts.delete("focus@meet.test"),
  "let a pool add defaults to a volume": async ({ inside }) => {
    const found = volumeOf(inside, "prosody");
    if (found) found.config = { ...found.config, size: "10GiB" };
  },
  "leave a builder behind": async ({ inside }) => {
    const devices = { root: { type: "disk", path: "/", pool: SAMPLE_HOST.pool } };
    const config = { "user.convene.owner": "convene", "user.convene.role": "build" };
    await inside.lxd.createInstance({
      name: "build-turn",
      description: "",
      image: "fingerprint-base",
      devices,
      config,
    });
    await inside.lxd.startInstance("build-turn");
  },
};

const onContainers = CONTAINERS.flatMap((name) =>
  Object.entries(byName).map(([what, run]): [string, Meddling] => [
    `${what} ${name}`,
    (host) => run(host, name),
  ]),
);

const MEDDLINGS: ReadonlyMap<string, Meddling> = new Map([...onContainers, ...Object.entries(anywhere)]);

/** The name of a meddling. */
export const arbitraryMeddling: fc.Arbitrary<string> = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...onContainers.map(([what]) => what)) },
  { weight: 1, arbitrary: fc.constantFrom(...Object.keys(anywhere)) },
);

/** Does it, if what it is about is there. */
export async function meddle(host: FakeHost, what: string): Promise<void> {
  await MEDDLINGS.get(what)?.(host).catch(() => undefined);
}

function volumeOf(inside: FakeHost["inside"], name: string) {
  return inside.volumes.get(`${SAMPLE_HOST.pool}/${name}`);
}
