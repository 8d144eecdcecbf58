/** A site with Consul and HAProxy on a host where others have things too. */
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "chai";
import { parse } from "yaml";
import { z } from "zod";
import { createAgentClient } from "../../../src/control/client.ts";
import type { AgentClient } from "../../../src/control/client.ts";
import { createLxdAdministration } from "../../../src/lxd/administration.ts";
import type { Status } from "../../../src/status/status.ts";
import { systemClock } from "../../../src/system/clock.ts";
import type { PushOutcome } from "../../lab/convene-host.ts";
import { labCatalogue } from "../../lab/lab-catalogue.ts";
import { lxdSocket } from "../../lab/lxd-project.ts";
import { runProgram } from "../../lab/programs.ts";
import { awaitSettled, awaitStatus } from "../agent-status.ts";
import { type Harness, createHarness } from "../harness.ts";
import { type LxdByHand, lxdByHand } from "../lxd-dump.ts";

const NAME = "cvfor";
const NUMBER = 93;
const POOL = "convene";

/** Another LXD project, with objects of the same names as the site's. */
const OTHER_PROJECT = "cvfor-guest";

/** What `GET /v1/kv/KEY` answers for one key (https://developer.hashicorp.com/consul/api-docs/kv). */
const rawEntrySchema = z.looseObject({ Key: z.string() });
export type RawEntry = z.infer<typeof rawEntrySchema>;

export interface ForeignHost {
  readonly harness: Harness;
  readonly client: AgentClient;
  readonly byHand: LxdByHand;
  /** A catalogue folder in front of all others, empty at first. */
  readonly override: string;
  push(change: Partial<ForeignSite>, more?: Readonly<Record<string, string>>): Promise<PushOutcome>;
  /** What others have in LXD, byte for byte. */
  foreignObjects(): Promise<Readonly<Record<string, string>>>;
  /** Writes a key as another module would. */
  putKey(key: string, value: string | Uint8Array, flags?: number): Promise<void>;
  /** Consul's own words on every key that is not the site's. */
  foreignKeys(): Promise<readonly RawEntry[]>;
  /** Runs in a container; throws when it fails. */
  exec(container: string, script: string): Promise<string>;
  status(matches: (status: Status) => boolean): Promise<Status>;
  settled(): Promise<void>;
  removeForeign(): Promise<void>;
  remove(): Promise<void>;
}

interface ForeignSite {
  readonly workers: readonly number[];
  readonly text: string;
}

export async function createForeignHost(): Promise<ForeignHost> {
  const folder = `/opt/${NAME}`;
  const override = `/run/${NAME}-lab/override`;
  const catalogue = [
    override,
    join(folder, "test/lab/empty-catalogue"),
    ...(await labCatalogue(folder)),
    join(folder, "manifests"),
  ];
  await removeOtherProject();
  const harness = await createHarness({ name: NAME, number: NUMBER, settings: { catalogue } });
  const byHand = lxdByHand(harness.socketPath, NAME);
  const other = lxdByHand(harness.socketPath, OTHER_PROJECT);
  const client = createAgentClient(`/run/${NAME}/convene.sock`);
  const image = await makeForeignObjects(harness, byHand, other);
  let site: ForeignSite = { workers: [1], text: "first" };
  return {
    harness,
    client,
    byHand,
    override,
    push: async (change, more = {}) => {
      const next = { ...site, ...change };
      const files = { "site.yaml": foreignSite(next), ...more };
      const outcome = await harness.host.push({ files, replace: true });
      if (outcome.exitCode === 0) site = next;
      return outcome;
    },
    foreignObjects: async () => ({
      ...(await byHand.dump([
        "/1.0/instances/guest",
        `/1.0/storage-pools/${POOL}/volumes/custom/guest-data`,
        "/1.0/profiles/guest",
        `/1.0/images/${image}`,
      ])),
      ...(await other.dump([
        `/1.0/projects/${OTHER_PROJECT}`,
        "/1.0/instances/proxy",
        `/1.0/storage-pools/${POOL}/volumes/custom/certificates`,
      ])),
    }),
    putKey: async (key, value, flags = 0) => {
      // Consul refuses control characters in a path, and takes them in a transaction.
      const entry = { Verb: "set", Key: key, Value: Buffer.from(value).toString("base64"), Flags: flags };
      const body = JSON.stringify([{ KV: entry }]);
      const answer = await askConsul(harness, "/v1/txn", { method: "PUT", body });
      expect(answer.status, await answer.text()).to.equal(200);
    },
    foreignKeys: async () => {
      const answer = await askConsul(harness, "/v1/kv/?recurse", {});
      const entries = z.array(rawEntrySchema).parse(await answer.json());
      const own = await ownKeys(harness);
      return entries.filter(({ Key }) => !own.has(Key));
    },
    exec: async (container, script) => {
      const command = ["sh", "-c", script];
      const { exitCode, stdout, stderr } = await harness.lxd.exec({
        instance: container,
        command,
        timeoutMs: 20_000,
      });
      expect(exitCode, stderr).to.equal(0);
      return stdout;
    },
    status: async (matches) => await awaitStatus(client, matches),
    settled: async () => await awaitSettled(client),
    removeForeign: async () => {
      await byHand.do("DELETE", "/1.0/instances/guest");
      await byHand.do("DELETE", `/1.0/storage-pools/${POOL}/volumes/custom/guest-data`);
      await byHand.do("DELETE", `/1.0/images/${image}`);
      await byHand.do("DELETE", "/1.0/profiles/guest");
    },
    remove: async () => {
      await harness.remove();
      await removeOtherProject();
    },
  };
}

/** An own description, own keys and own devices each, so that a rewriting of any of them shows. */
async function makeForeignObjects(harness: Harness, byHand: LxdByHand, other: LxdByHand): Promise<string> {
  const server = lxdByHand(harness.socketPath, "default");
  const root = { type: "disk", path: "/", pool: POOL };
  await byHand.do("POST", "/1.0/profiles", { name: "guest", description: "mine", config: { "user.x": "y" } });
  await byHand.do("POST", `/1.0/storage-pools/${POOL}/volumes/custom`, volume("guest-data", "data"));
  const eth0 = { type: "nic", name: "eth0", network: harness.network, hwaddr: "00:16:3e:00:00:93" };
  await byHand.do("POST", "/1.0/instances", stopped("guest", { root, eth0 }));
  await server.do("POST", "/1.0/projects", {
    name: OTHER_PROJECT,
    // As test/lab/tidy.ts knows what tests leave behind.
    description: "convene test",
    config: { "features.images": "true", "features.profiles": "true", "features.storage.volumes": "true" },
  });
  await other.do("POST", `/1.0/storage-pools/${POOL}/volumes/custom`, volume("certificates", "same name"));
  await other.do("POST", "/1.0/instances", stopped("proxy", { root }));
  return await importTinyImage(harness);
}

function volume(name: string, note: string): unknown {
  return { name, description: "not convene's", config: { "user.note": note }, content_type: "filesystem" };
}

function stopped(name: string, devices: unknown): unknown {
  return {
    name,
    type: "container",
    profiles: [],
    description: "not convene's",
    config: { "user.note": "mine", "limits.memory": "77MiB" },
    devices,
    source: { type: "none" },
  };
}

/** A root file system with nothing in it. */
async function importTinyImage({ socketPath, project }: Harness): Promise<string> {
  const folder = await mkdtemp("/tmp/convene-image-");
  try {
    await writeFile(join(folder, "metadata.yaml"), "architecture: x86_64\ncreation_date: 1700000000\n");
    const metadata = join(folder, "metadata.tar.gz");
    const rootfs = join(folder, "rootfs.squashfs");
    await runProgram(["tar", "-C", folder, "-czf", metadata, "metadata.yaml"]);
    await runProgram(["mksquashfs", join(folder, "metadata.yaml"), rootfs, "-quiet", "-no-progress"]);
    const administration = createLxdAdministration({ socketPath, clock: systemClock });
    return (await administration.importImage(project, "guest-image", { metadata, rootfs })).fingerprint;
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function removeOtherProject(): Promise<void> {
  await createLxdAdministration({ socketPath: lxdSocket(), clock: systemClock }).deleteProject(OTHER_PROJECT);
}

async function askConsul({ prefix }: Harness, path: string, init: RequestInit): Promise<Response> {
  const token = await readFile(`/var/lib/${NAME}/secrets/consul-management-token`, "utf8");
  return await fetch(`http://${prefix}.5:8500${path}`, {
    ...init,
    headers: { "x-consul-token": token.trim() },
    signal: AbortSignal.timeout(10_000),
  });
}

/** The site's keys: those in its inventory, and the inventory. */
async function ownKeys(harness: Harness): Promise<ReadonlySet<string>> {
  const answer = await askConsul(harness, "/v1/kv/convene/meet/inventory?raw", {});
  const inventory = z.record(z.string(), z.unknown()).parse(parse(await answer.text()));
  return new Set([...Object.keys(inventory), "convene/meet/inventory"]);
}

function foreignSite({ workers, text }: ForeignSite): string {
  const listed = workers.map(
    (one) => `{name: worker-${one}, volume: worker-${one}-data, key: service/worker/${one}}`,
  );
  return `apiVersion: convene/v1alpha1
kind: Site
metadata: {name: meet}
spec:
  domain: meet.school.example
  adminEmail: it@school.example
  addresses: {public: [192.0.2.${NUMBER}]}
  network: {ipv4: 10.10.${NUMBER}.1/24}
  catalogue: "1"
---
apiVersion: convene/v1alpha1
kind: Route
metadata: {name: page}
spec: {host: meet.school.example, backend: {address: 10.10.${NUMBER}.30, port: 7000}}
${component("consul")}${component("proxy")}${component("empty", `{text: ${text}, workers: [${listed.join(", ")}]}`)}`;
}

function component(name: string, parameters = "{}"): string {
  return `---
apiVersion: convene/v1alpha1
kind: Component
metadata: {name: ${name}}
spec: {uses: ${name}, parameters: ${parameters}}
`;
}
