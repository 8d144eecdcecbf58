/** A small site as desired state, for tests that start behind the model: every kind of object, few of each. */
import { fileDigest, hashContent } from "../../src/model/file-digest.ts";
import type {
  DesiredAccount,
  DesiredContainer,
  DesiredFile,
  DesiredImage,
  DesiredKey,
  DesiredService,
  DesiredState,
  DesiredVolume,
  FileReaction,
} from "../../src/model/desired-state.ts";
import { Secret } from "../../src/system/secret.ts";
import type { FakeHostOptions } from "./fake-host.ts";

export const SAMPLE_HOST: Required<FakeHostOptions> = {
  site: "meet",
  pool: "convene",
  consulContainer: "consul",
  consulVolume: "consul-data",
  base: "debian/12",
};

export const NO_PLAN_OPTIONS = {
  project: "sample",
  confirmed: new Set<string>(),
  held: new Set<string>(),
  due: new Set<string>(),
};

export interface SampleFile {
  readonly path: string;
  readonly content: string;
  readonly onChange?: FileReaction;
  readonly secret?: boolean;
  readonly mode?: string;
  /** Lines that the running service takes over live. */
  readonly mask?: RegExp;
  readonly usesEffectiveKv?: boolean;
  readonly deferred?: boolean;
}

export function file(sample: SampleFile): DesiredFile {
  const identity = { owner: "root", group: "root", mode: sample.mode ?? "0644" };
  const digestOf = (content: string) => fileDigest({ contentHash: hashContent(content), ...identity });
  const masked = sample.mask ? sample.content.replaceAll(sample.mask, "") : sample.content;
  return {
    path: sample.path,
    content: sample.secret ? new Secret(sample.content) : sample.content,
    ...identity,
    digest: digestOf(sample.content),
    structureDigest: digestOf(masked),
    onChange: sample.onChange ?? { kind: "nothing" },
    ...(sample.mask ? { live: { command: ["take-over-live", sample.path] } } : {}),
    usesEffectiveKv: sample.usesEffectiveKv ?? false,
    deferred: sample.deferred ?? false,
  };
}

export interface SampleContainer extends Partial<Omit<DesiredContainer, "devices">> {
  readonly name: string;
  readonly hostPart: number;
  /** A part of the image's alias: another one is another image. */
  readonly image?: string;
  readonly volumes?: readonly string[];
  /** Listen ports of nat proxies, `tcp:443`. */
  readonly ports?: readonly string[];
}

export function container(sample: SampleContainer): DesiredContainer {
  const { name, hostPart, image = "1", volumes = [], ports = [], ...rest } = sample;
  const ipv4 = `10.10.1.${hostPart}`;
  return {
    name,
    component: name,
    imageAlias: imageAlias(name, image),
    labels: [],
    address: { ipv4 },
    config: { "boot.autostart": "true" },
    devices: {
      root: { type: "disk", path: "/", pool: SAMPLE_HOST.pool },
      eth0: {
        type: "nic",
        network: "convene0",
        name: "eth0",
        hwaddr: `00:16:3e:0:0:${hostPart}`,
        "ipv4.address": ipv4,
      },
      ...Object.fromEntries(volumes.map((volume) => [`volume-${volume}`, volumeDevice(volume)])),
      ...Object.fromEntries(ports.map((port) => [`public-${port}`, proxyDevice(port, ipv4)])),
    },
    files: [
      file({ path: `/etc/${name}.conf`, content: `# ${name}\n`, onChange: { kind: "restart", unit: name } }),
    ],
    services: [{ name, disruption: "reload" }],
    dependsOn: [],
    disruption: "none",
    ...rest,
  };
}

export function imageAlias(name: string, version: string): string {
  return `convene-${name}-${version}`;
}

function sampleImage(name: string, version = "1"): DesiredImage {
  const build = { aptRepositories: [], debconf: [], packages: [name], files: [], setup: "" };
  return { name, alias: imageAlias(name, version), base: SAMPLE_HOST.base, build };
}

function sampleVolume(name: string): DesiredVolume {
  return { name, pool: SAMPLE_HOST.pool, config: {} };
}

export function account(user: string, where: string, password = `password of ${user}`): DesiredAccount {
  const jid = `${user}@meet.test`;
  const fingerprint = hashContent(password).slice(0, 32);
  return { jid, container: where, password: new Secret(password), internal: false, fingerprint };
}

function service(name: string, hostPart: number): DesiredService {
  return { id: `convene-${name}`, name, address: `10.10.1.${hostPart}`, port: 80, tags: [] };
}

/** A site of these parts; images and volumes are those the containers name. */
export function state(parts: Partial<DesiredState> & Pick<DesiredState, "containers">): DesiredState {
  const volumes = parts.containers.flatMap((one) =>
    Object.values(one.devices).flatMap((device) => device["source"] ?? []),
  );
  return {
    revision: `${"a".repeat(40)}+catalogue@1`,
    site: {
      name: SAMPLE_HOST.site,
      domain: "meet.test",
      adminEmail: "it@meet.test",
      timezone: "UTC",
      publicAddresses: ["192.0.2.10"],
      listenAddresses: ["192.0.2.10"],
      network: { name: "convene0", ipv4: "10.10.1.1/24" },
    },
    consul: { address: "10.10.1.5", port: 8500, container: SAMPLE_HOST.consulContainer },
    images: parts.containers.map((one) => sampleImage(one.name, one.imageAlias.split("-").at(-1))),
    volumes: [...new Set(volumes)].map(sampleVolume),
    kv: [],
    services: [],
    accounts: [],
    certificates: [],
    checks: [],
    receivers: [],
    findings: [],
    ...parts,
  };
}

export interface SampleSite {
  /** Image versions by container. */
  readonly images?: Readonly<Record<string, string>>;
  readonly more?: readonly DesiredContainer[];
  readonly routes?: readonly string[];
  readonly accounts?: readonly DesiredAccount[];
  readonly turnPorts?: string;
}

/** Consul, proxy, TURN and Jitsi with a bridge, as a function of the foreign keys (undefined: unknown just now). */
export function sampleSite(
  options: SampleSite,
  foreign: ReadonlyMap<string, string> | undefined,
): DesiredState {
  const { images = {}, more = [], routes = ["jitsi"], turnPorts = "50000-51000" } = options;
  const versioned = (name: string) => ({ name, image: images[name] ?? "1" });
  const kv: DesiredKey[] = [
    ...routes.map((route) => ({ key: `service/haproxy/acl/${route}/host`, value: `${route}.test` })),
    { key: "convene/meet/secret/turn-secret", value: new Secret("the turn secret") },
  ];
  const hosts = [...(foreign ?? [])]
    .filter(([key]) => key.startsWith("service/haproxy/"))
    .map(([key]) => key)
    .toSorted((a, b) => a.localeCompare(b));
  const consulConfig: FileReaction = { kind: "restart", unit: "consul" };
  return state({
    containers: [
      container({
        ...versioned("consul"),
        hostPart: 5,
        volumes: ["consul-data"],
        files: [file({ path: "/etc/consul.json", content: "{}", onChange: consulConfig })],
      }),
      container({
        ...versioned("proxy"),
        hostPart: 10,
        volumes: ["certificates"],
        ports: ["tcp:80", "tcp:443"],
        dependsOn: ["consul"],
        files: [
          file({
            path: "/etc/haproxy.cfg",
            content: `frontend\n${[...routes, ...hosts].join("\n")}\n`,
            usesEffectiveKv: true,
            deferred: foreign === undefined,
            onChange: { kind: "reload", unit: "proxy" },
          }),
          ...routes.map((route) => file({ path: `/etc/routes/${route}`, content: route })),
        ],
      }),
      container({
        ...versioned("turn"),
        hostPart: 15,
        volumes: ["certificates"],
        ports: ["udp:3478", `udp:${turnPorts}`],
        dependsOn: ["proxy"],
        disruption: "calls",
      }),
      container({ ...versioned("jitsi"), hostPart: 20, volumes: ["prosody"], disruption: "calls" }),
      container({
        ...versioned("bridge-1"),
        hostPart: 21,
        disruption: "calls",
        dependsOn: ["jitsi"],
        conferences: { url: "http://10.10.1.21:8080/colibri/stats" },
      }),
      ...more,
    ],
    kv,
    services: [service("turn", 15), ...routes.map((route) => service(route, 20))],
    accounts: options.accounts ?? [account("focus", "jitsi"), account("m.meier", "jitsi")],
  });
}

function volumeDevice(name: string) {
  return { type: "disk", pool: SAMPLE_HOST.pool, source: name, path: `/srv/${name}` };
}

function proxyDevice(port: string, ipv4: string) {
  const [protocol = "tcp", range = ""] = port.split(":");
  return {
    type: "proxy",
    bind: "host",
    nat: "true",
    listen: `${protocol}:192.0.2.10:${range}`,
    connect: `${protocol}:${ipv4}:${range}`,
  };
}
