/** The host's own settings, `/etc/convene/config.yaml`: what root decides and git never can. */
import { join } from "node:path";
import { z } from "zod";
import { durationSchema } from "./duration.ts";
import { listenAddressSchema } from "./listen-address.ts";

export const DEFAULT_SETTINGS_PATH = "/etc/convene/config.yaml";
const LETS_ENCRYPT = "https://acme-v02.api.letsencrypt.org/directory";

const name = z.string().regex(/^[a-z][a-z0-9-]{0,30}$/, "expected lower-case letters, digits and dashes");
/** The kernel's limit for interface names is 15 characters (IFNAMSIZ). */
const interfaceName = z.string().regex(/^[a-z][a-z0-9-]{0,14}$/, "expected at most 15 lower-case characters");
const path = z.string().startsWith("/", "expected an absolute path");
const branch = z
  .string()
  .regex(/^(?!\/|-|.*(?:\.\.|\/\/|@\{|\.lock$|\/$))[A-Za-z0-9._/-]+$/, "expected a branch name such as main");
const credential = z.string().regex(/^[A-Za-z0-9._-]+$/, "expected the name of a systemd credential");

const lxdSchema = z.strictObject({
  /** LXD's unix socket; absent: where Debian's package and the snap put it. */
  socket: path.optional(),
  project: name.default("convene"),
  pool: name.default("convene"),
  network: interfaceName.default("convene0"),
  buildNetwork: interfaceName.default("convbuild0"),
});

const networkSchema = z.strictObject({
  /** The container network with the host's own address. */
  ipv4: z.cidrv4().default("10.10.1.1/24"),
  ipv6: z.cidrv6().optional(),
});

const acmeSchema = z.strictObject({
  directory: z.url({ protocol: /^https$/ }).default(LETS_ENCRYPT),
  /** PEM root of a private ACME server. */
  rootFile: path.optional(),
});

const remoteSchema = z.strictObject({
  url: z.string().regex(/^(?:https:\/\/|ssh:\/\/|[A-Za-z0-9._-]+@[A-Za-z0-9.-]+:)[^\s]+$/, {
    error: "expected an https:// or ssh:// URL, or user@host:path",
  }),
  branch: branch.default("main"),
  /** When to fetch, in cron's five fields. */
  schedule: z.string().default("*/5 * * * *"),
  /** Names of files in $CREDENTIALS_DIRECTORY (systemd.exec(5), LoadCredential). */
  sshKeyCredential: credential.optional(),
  knownHostsCredential: credential.optional(),
  tokenCredential: credential.optional(),
  /** PEM root of a private https server. */
  caFile: path.optional(),
});

const exceptionSchema = z.strictObject({
  container: name,
  kind: z.enum(["config", "device"]),
  /** The config key or the device's name. */
  name: z.string().min(1),
  /** A config value, or a device's keys as one object. */
  value: z.union([z.string(), z.record(z.string(), z.string())]),
});

export const hostSettingsSchema = z
  .strictObject({
    user: name.default("convene"),
    stateDirectory: path.default("/var/lib/convene"),
    runtimeDirectory: path.default("/run/convene"),
    /** The bare site repository; absent: `site.git` in the state directory. */
    repository: path.optional(),
    branch: branch.default("main"),
    lxd: lxdSchema.prefault({}),
    network: networkSchema.prefault({}),
    /** Catalogue folders, first wins; absent: the shipped one. */
    catalogue: z.array(path).min(1).optional(),
    acme: acmeSchema.prefault({}),
    sweepInterval: durationSchema(10_000).prefault("5m"),
    /** The slow safety-net beside events: a pass at the latest this long after the last, to the minute. */
    passInterval: durationSchema(60_000).prefault("60s"),
    remote: remoteSchema.optional(),
    policy: z.strictObject({ exceptions: z.array(exceptionSchema).default([]) }).prefault({}),
    /** Where metrics are served beside the control socket; absent: nowhere. */
    metrics: z.strictObject({ listen: listenAddressSchema }).optional(),
    gate: z.strictObject({ maxWait: durationSchema(0).prefault("30m") }).prefault({}),
  })
  .readonly();

type Parsed = z.output<typeof hostSettingsSchema>;
export type PolicyException = Readonly<z.output<typeof exceptionSchema>>;
export type RemoteSettings = Readonly<z.output<typeof remoteSchema>>;

/** Durations are milliseconds. */
export interface HostSettings extends Omit<Parsed, "repository" | "catalogue"> {
  readonly repository: string;
  readonly catalogue: readonly string[];
}

/** Fills in what depends on other settings or on where convene is installed. */
export function completeSettings(parsed: Parsed, shippedCatalogue: string): HostSettings {
  return {
    ...parsed,
    repository: parsed.repository ?? join(parsed.stateDirectory, "site.git"),
    catalogue: parsed.catalogue ?? [shippedCatalogue],
  };
}

/** Where people and the hooks talk to the agent, and where only root does. */
export function socketPaths(settings: Pick<HostSettings, "runtimeDirectory">): {
  readonly user: string;
  readonly admin: string;
} {
  return {
    user: join(settings.runtimeDirectory, "convene.sock"),
    admin: join(settings.runtimeDirectory, "convene-admin.sock"),
  };
}
