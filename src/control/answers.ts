/** What the agent answers over the sockets, as the CLI and the hooks parse it. */
import { z } from "zod";
import { checkResultSchema } from "../checks/result-schema.ts";
import { checkStatusAnswer } from "./check-answers.ts";

const text = z.string();
const location = z.object({ file: text, line: z.number(), column: z.number() }).readonly();
const at = { at: z.number(), pass: z.number() };

const errorReport = z
  .object({
    code: text,
    message: text,
    retryable: z.boolean(),
    hint: text.exactOptional(),
    subject: text.exactOptional(),
    location: location.exactOptional(),
  })
  .readonly();
export const errorAnswer = z.object({ error: errorReport });

const change = z
  .object({
    field: text,
    before: text.exactOptional(),
    after: text.exactOptional(),
    origin: location.exactOptional(),
  })
  .readonly();

const actionView = z
  .object({
    id: text,
    kind: z.enum([
      "build-image",
      "delete-image",
      "create-volume",
      "update-volume",
      "delete-volume",
      "create-container",
      "update-container",
      "start-container",
      "swap-container",
      "delete-container",
      "apply-files",
      "set-up-acl",
      "write-kv",
      "register-service",
      "deregister-service",
      "apply-accounts",
      "issue-certificate",
    ]),
    subject: text,
    cause: z.enum(["new", "changed", "drift", "removed", "replaced", "interrupted", "renewal"]),
    reason: text,
    changes: z.array(change).readonly(),
    disruption: z.enum(["none", "reload", "calls"]),
    dependsOn: z.array(text).readonly(),
    afterVerify: z.literal(true).exactOptional(),
    optional: z.literal(true).exactOptional(),
  })
  .readonly();

const blocked = z
  .object({ reason: text, subject: text, message: text, hint: text, confirmationId: text.exactOptional() })
  .readonly();
const planView = z
  .object({ actions: z.array(actionView).readonly(), blocked: z.array(blocked).readonly() })
  .readonly();
export const planAnswer = z.object({ revision: text, plan: planView }).readonly();

const verdict = z
  .object({
    outcome: z.enum(["ready", "failed", "stalled", "superseded", "suspended"]),
    revision: text.exactOptional(),
    reason: text,
    message: text,
    hint: text.exactOptional(),
    actions: z.number(),
    milliseconds: z.number(),
  })
  .readonly();
export const waitAnswer = z.object({ verdict: verdict.nullable() });

const eventView = z.discriminatedUnion("type", [
  z.object({
    ...at,
    type: z.literal("pass-started"),
    wakeups: z.array(text).readonly(),
    revision: text.exactOptional(),
  }),
  z.object({ ...at, type: z.literal("planned"), revision: text, plan: planView }),
  z.object({ ...at, type: z.literal("waiting"), subject: text, message: text }),
  z.object({ ...at, type: z.literal("action-started"), id: text, subject: text }),
  z.object({ ...at, type: z.literal("action-progress"), id: text, message: text }),
  z.object({ ...at, type: z.literal("action-finished"), id: text, subject: text, milliseconds: z.number() }),
  z.object({ ...at, type: z.literal("action-failed"), id: text, subject: text, error: errorReport }),
  z.object({ ...at, type: z.literal("action-skipped"), id: text, subject: text, because: text }),
  z.object({ ...at, type: z.literal("check"), result: checkResultSchema }),
  z.object({ ...at, type: z.literal("verdict"), verdict }),
]);

const condition = z
  .object({
    type: z.enum(["Ready", "Reconciling", "Stalled", "Suspended", "CertificatesTrusted", "FetchFailed"]),
    status: z.enum(["True", "False", "Unknown"]),
    reason: text,
    message: text,
    lastTransitionTime: text,
  })
  .readonly();
const objectStatus = z
  .object({
    name: text,
    component: text,
    state: z.enum(["running", "stopped", "missing", "error"]),
    address: text,
    image: text,
    ports: z.array(text).readonly(),
    labels: z.array(text).readonly(),
  })
  .readonly();
const finding = z
  .object({ reason: text, subject: text, message: text, hint: text.exactOptional() })
  .readonly();

export const statusAnswer = z
  .object({
    site: text.nullable(),
    conditions: z.array(condition).readonly(),
    revision: z
      .object({ attempted: text.nullable(), applied: text.nullable(), healthy: text.nullable() })
      .readonly(),
    lastPass: z
      .object({ finishedAt: text, milliseconds: z.number(), actions: z.number() })
      .readonly()
      .nullable(),
    objects: z.array(objectStatus).readonly(),
    checks: z.array(checkStatusAnswer).readonly(),
    findings: z.array(finding).readonly(),
    blocked: z.array(blocked).readonly(),
    errors: z.array(errorReport).readonly(),
    url: text.nullable(),
  })
  .readonly();

const historyEntry = z
  .object({
    at: text,
    pass: z.number(),
    revision: text.nullable(),
    wakeups: z.array(text).readonly(),
    outcome: text,
    reason: text,
    message: text,
    milliseconds: z.number(),
    actions: z
      .array(
        z
          .object({
            id: text,
            cause: text,
            reason: text,
            result: z.enum(["done", "failed", "skipped"]),
            changes: z.array(change).readonly(),
            error: text.exactOptional(),
          })
          .readonly(),
      )
      .readonly(),
  })
  .readonly();
export const historyAnswer = z.array(historyEntry).readonly();

export const logsAnswer = z.object({ text });
export const confirmAnswer = z.object({ accepted: z.boolean(), message: text }).readonly();
/** One line of a running check: what is said on the wire, the results at the end, or what went wrong. */
export const checkLine = z.union([
  z.object({ transcript: text }),
  z.object({ results: z.array(checkResultSchema).readonly() }),
  errorAnswer,
]);
export const eventLine = z.union([eventView, errorAnswer]);
export const doneAnswer = z.object({});
