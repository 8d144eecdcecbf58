/** `kind: Container`: one container, or one per entry of a list; what LXD gets from it is a closed list. */
import { z } from "zod";
import { manifestSchema } from "./envelope.ts";
import { containerFile, disruption } from "./files.ts";
import { absolutePath, labelName, unitName } from "./names.ts";
import { domainName } from "./network.ts";
import { port, portRange, size } from "./quantities.ts";
import { urlPath } from "./route.ts";

const plus = z
  .int()
  .min(0)
  .max(65_535)
  .default(0)
  .describe("Added to it, as `${item.number}` of a list entry.");

const address = z.strictObject({
  hostPart: z
    .int()
    .min(2)
    .max(65_534)
    .describe("The container's place in the site's network: 15 is 10.10.1.15."),
  plus,
});

const limits = z.strictObject({
  memory: size.optional(),
  cpu: z
    .union([
      z.int().min(1).max(1024),
      z.string().regex(/^[0-9]+(-[0-9]+)?(,[0-9]+(-[0-9]+)?)*$/u, "cores such as 0-3"),
    ])
    .optional()
    .describe("A number of cores, or which: 0-3."),
  processes: z.int().min(16).max(1_000_000).optional(),
});

const boot = z.strictObject({
  autostart: z.boolean().default(true),
  priority: z.int().min(0).max(100).optional().describe("Higher starts earlier after a reboot of the host."),
});

const volume = z.strictObject({
  name: labelName,
  path: absolutePath,
  readOnly: z.boolean().default(false),
  size: size.optional(),
});

const publicPort = z.strictObject({
  protocol: z.enum(["tcp", "udp"]),
  port: portRange,
  plus,
});

const consulKey = z
  .string()
  .max(512)
  .regex(/^[A-Za-z0-9_.-]+(\/[A-Za-z0-9_.-]+)*$/u, "a Consul key such as `service/coturn/min-port`");

const kvEntry = z.strictObject({
  key: consulKey,
  value: z.union([z.string(), z.number(), z.boolean()]).transform(String),
});

const service = z.strictObject({
  name: labelName,
  port,
  check: z.union([z.enum(["tcp", "none"]), z.strictObject({ http: urlPath })]).default("tcp"),
});

const route = z.strictObject({ name: labelName, host: domainName, port, path: urlPath.optional() });

const accounts = z.strictObject({
  unit: unitName.describe("The unit that keeps them: prosody."),
  internal: z
    .array(
      z.strictObject({
        user: labelName,
        secret: labelName,
        host: z
          .enum(["auth", "main"])
          .default("auth")
          .describe("auth.DOMAIN for machines among themselves, or DOMAIN where people are."),
      }),
    )
    .default([]),
  people: z.boolean().default(false).describe("Whether the site's Users are kept here."),
});

const lxdConfig = z.record(z.string().max(255), z.string().max(4096));

export const containerSchema = manifestSchema(
  "Container",
  labelName,
  z.strictObject({
    image: labelName.describe("The name of an Image."),
    address,
    limits: limits.default({}),
    boot: boot.prefault({}),
    volumes: z.array(volume).max(32).default([]),
    publicPorts: z.array(publicPort).max(64).default([]),
    dependsOn: z.array(labelName).max(32).default([]).describe("Containers that must be ready first."),
    needsConsul: z
      .boolean()
      .default(false)
      .describe(
        "Whether its files name Consul's address: its own Consul must be ready first, another within reach.",
      ),
    disruption: disruption.default("none"),
    conferences: z
      .strictObject({ port, path: urlPath })
      .optional()
      .describe("Where people in calls are counted."),
    secrets: z
      .array(labelName)
      .max(32)
      .default([])
      .describe("Secrets its files may hold; made when missing."),
    units: z.array(z.strictObject({ name: unitName, disruption: disruption.default("none") })).default([]),
    files: z.array(containerFile).max(128).default([]),
    kv: z.array(kvEntry).max(128).default([]),
    services: z.array(service).max(32).default([]),
    routes: z.array(route).max(32).default([]),
    certificates: z
      .array(z.strictObject({ domain: domainName }))
      .max(32)
      .default([]),
    accounts: accounts.optional(),
    exceptions: z
      .strictObject({ config: lxdConfig.default({}), devices: z.record(labelName, lxdConfig).default({}) })
      .optional()
      .describe("LXD keys and devices beyond the closed list; refused unless the host's policy names them."),
  }),
);

export type ContainerManifest = z.output<typeof containerSchema>;
