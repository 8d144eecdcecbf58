/** What convene reads of LXD's answers; unknown fields are dropped, as newer servers add some (doc/rest-api.yaml). */
import { z } from "zod";

const stringMap = z
  .record(z.string(), z.string())
  .nullish()
  .transform((map): Readonly<Record<string, string>> => map ?? {});

const deviceMap = z
  .record(z.string(), z.record(z.string(), z.string()))
  .nullish()
  .transform((map): Readonly<Record<string, Readonly<Record<string, string>>>> => map ?? {});

const stringList = z
  .array(z.string())
  .nullish()
  .transform((list): readonly string[] => list ?? []);

/** `config` and `devices` are the local ones: profiles are not merged in. */
export const lxdInstanceSchema = z
  .object({
    name: z.string(),
    /** See status-codes.ts. */
    status_code: z.number(),
    config: stringMap,
    devices: deviceMap,
    description: z.string().default(""),
    profiles: stringList,
    created_at: z.string(),
    architecture: z.string(),
    ephemeral: z.boolean(),
    stateful: z.boolean(),
  })
  .readonly();
export type LxdInstance = z.infer<typeof lxdInstanceSchema>;

export const lxdInstanceStateSchema = z.object({
  status_code: z.number(),
  network: z
    .record(
      z.string(),
      z.object({
        addresses: z.array(z.object({ family: z.string(), address: z.string(), scope: z.string() })),
      }),
    )
    .nullish(),
});

export const lxdImageSchema = z
  .object({
    fingerprint: z.string(),
    aliases: z.array(z.object({ name: z.string() }).readonly()).readonly(),
    properties: stringMap,
    size: z.number(),
    created_at: z.string(),
  })
  .readonly();
export type LxdImage = z.infer<typeof lxdImageSchema>;

export const lxdImageAliasSchema = z.object({ target: z.string() });

export const lxdVolumeSchema = z
  .object({
    name: z.string(),
    type: z.string(),
    description: z.string().default(""),
    config: stringMap,
    /** Paths such as `/1.0/instances/turn?project=convene`. */
    used_by: stringList,
  })
  .readonly();
export type LxdVolume = z.infer<typeof lxdVolumeSchema>;

export const lxdNetworkSchema = z
  .object({
    name: z.string(),
    type: z.string(),
    managed: z.boolean(),
    description: z.string().default(""),
    config: stringMap,
    used_by: stringList,
  })
  .readonly();
export type LxdNetwork = z.infer<typeof lxdNetworkSchema>;

const aclRuleSchema = z
  .object({
    action: z.enum(["allow", "drop", "reject", "allow-stateless"]),
    state: z.enum(["enabled", "disabled", "logged"]),
    source: z.string().optional(),
    /** Addresses or networks, comma-separated. */
    destination: z.string().optional(),
    protocol: z.string().optional(),
    destination_port: z.string().optional(),
    description: z.string().optional(),
  })
  .readonly();
export type LxdAclRule = z.infer<typeof aclRuleSchema>;

export const lxdNetworkAclSchema = z.object({
  name: z.string(),
  description: z.string().default(""),
  config: stringMap,
  egress: z.array(aclRuleSchema),
  ingress: z.array(aclRuleSchema),
});

export const lxdPoolSchema = z
  .object({
    name: z.string(),
    driver: z.string(),
    config: stringMap,
    status: z.string().default(""),
    used_by: stringList,
  })
  .readonly();
export type LxdPool = z.infer<typeof lxdPoolSchema>;

export const lxdProjectSchema = z
  .object({
    name: z.string(),
    description: z.string().default(""),
    config: stringMap,
    used_by: stringList,
  })
  .readonly();

export const lxdOperationSchema = z
  .object({
    id: z.string(),
    class: z.string(),
    description: z.string().default(""),
    created_at: z.string().default(""),
    /** 103 running, 200 success, 400 failure, 401 cancelled. */
    status_code: z.number(),
    /** Kind → paths, for example `instances: ["/1.0/instances/turn"]`. */
    resources: z
      .record(z.string(), z.array(z.string()).nullable())
      .nullish()
      .transform(
        (resources): Readonly<Record<string, readonly string[]>> =>
          Object.fromEntries(Object.entries(resources ?? {}).map(([kind, paths]) => [kind, paths ?? []])),
      ),
    metadata: z
      .record(z.string(), z.unknown())
      .nullish()
      .transform((metadata): Readonly<Record<string, unknown>> => metadata ?? {}),
    may_cancel: z.boolean().default(false),
    err: z.string().default(""),
  })
  .readonly();
export type LxdOperation = z.infer<typeof lxdOperationSchema>;

const lifecycleEventSchema = z
  .object({
    type: z.literal("lifecycle"),
    timestamp: z.string(),
    project: z.string().optional(),
    metadata: z
      .object({
        /** For example `instance-shutdown`. */
        action: z.string(),
        /** Path of the object, for example `/1.0/instances/turn?project=convene`. */
        source: z.string(),
        /** Who asked for it; absent when it happened by itself. */
        requestor: z.object({ username: z.string().optional(), protocol: z.string().optional() }).nullish(),
        context: z.record(z.string(), z.unknown()).nullish(),
      })
      .readonly(),
  })
  .readonly();

const operationEventSchema = z
  .object({
    type: z.literal("operation"),
    timestamp: z.string(),
    project: z.string().optional(),
    metadata: lxdOperationSchema,
  })
  .readonly();

export const lxdEventSchema = z.discriminatedUnion("type", [lifecycleEventSchema, operationEventSchema]);
export type LxdEvent = z.infer<typeof lxdEventSchema>;

export const lxdServerSchema = z.object({
  api_extensions: z.array(z.string()),
  environment: z.object({ server_version: z.string(), firewall: z.string().default("") }),
});

/** The envelope of every answer that is not a file (doc/rest-api.md, "Return values"). */
export const lxdAnswerSchema = z.discriminatedUnion("type", [
  z.object({ type: z.literal("sync"), metadata: z.unknown() }),
  z.object({ type: z.literal("async"), operation: z.string(), metadata: lxdOperationSchema }),
  z.object({ type: z.literal("error"), error: z.string(), error_code: z.number() }),
]);
export type LxdAnswer = z.infer<typeof lxdAnswerSchema>;
