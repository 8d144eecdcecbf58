/** Consul's answers as far as convene reads them (https://developer.hashicorp.com/consul/api-docs). */
import { z } from "zod";

/** `GET /v1/kv/PREFIX?recurse`, values in base64; an empty value is null. */
export const KvEntries = z.array(
  z.object({ Key: z.string(), Value: z.string().nullable(), ModifyIndex: z.number() }),
);

/** `GET /v1/kv/KEY`. */
export const KvSingle = z.object({ Value: z.string().nullable(), ModifyIndex: z.number() }).optional();

/** `PUT /v1/txn`; a delete has no entry in Results. */
export const TransactionResult = z.object({
  Results: z
    .array(z.object({ KV: z.object({ Key: z.string(), ModifyIndex: z.number() }).optional() }))
    .nullish(),
});

/** `GET /v1/agent/services`. */
export const AgentServices = z.record(
  z.string(),
  z.object({
    ID: z.string(),
    Service: z.string(),
    Address: z.string().default(""),
    Port: z.number().default(0),
    Tags: z.array(z.string()).nullish(),
    Meta: z.record(z.string(), z.string()).nullish(),
  }),
);

/** `GET /v1/agent/checks`. */
export const AgentChecks = z.record(
  z.string(),
  z.object({ CheckID: z.string(), ServiceID: z.string().default("") }),
);

/** `GET /v1/acl/policies`. */
export const AclPolicies = z.array(z.object({ ID: z.string(), Name: z.string() }));

/** `GET /v1/acl/policy/ID` and the answer to writing one. */
export const AclPolicy = z.object({ ID: z.string(), Name: z.string(), Rules: z.string().default("") });

/** `GET /v1/acl/token/ACCESSOR`. */
export const AclToken = z.object({
  AccessorID: z.string(),
  Description: z.string().default(""),
  Policies: z.array(z.object({ ID: z.string(), Name: z.string() })).nullish(),
});
