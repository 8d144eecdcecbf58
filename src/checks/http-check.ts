/** Check kind `http`: one request through the proxy, with the status and text that are right. */
import { z } from "zod";
import { defineKind } from "./check-kind.ts";
import { CheckFailure } from "./check-run.ts";
import {
  connectReasons,
  type ConnectReason,
  explainedByTls,
  tlsReasons,
  type TlsReason,
} from "./connect/connect-reasons.ts";
import type { HttpAnswer } from "./connect/http-exchange.ts";
import { fetchOnce, type FetchReason, fetchReasons } from "./connect/http-fetch.ts";
import { portField, targetFields } from "./spec-values.ts";
import type { ReasonTable } from "./check-kind.ts";

const schema = z.strictObject({
  ...targetFields,
  scheme: z.enum(["https", "http"]).default("https"),
  port: portField.optional(),
  path: z
    .string()
    .regex(/^\/[\x21-\x7e]*$/, "write a path such as /config.js")
    .default("/"),
  status: z.array(z.int().min(100).max(599)).min(1).default([200]),
  body: z.string().min(1).max(1_000).optional(),
  allowSelfSigned: z.boolean().default(false),
});

type HttpSpec = z.output<typeof schema>;

const httpReasons = {
  wrong_status: {
    severity: "critical",
    hint: "503 is HAProxy without a healthy backend, 404 a wrong route or path: convene status, then convene logs proxy",
  },
  redirected: {
    severity: "critical",
    hint: "redirects are not followed: correct the route, the check's `scheme:` and `path:`, or list the status under `status:`",
  },
  wrong_body: {
    severity: "critical",
    hint: "the page is not the expected one: another backend answers for this name, or the check's `body:` is out of date",
  },
} as const satisfies ReasonTable<string>;

type HttpReason = keyof typeof httpReasons;
type Reason = HttpReason | FetchReason | ConnectReason | TlsReason;

export const httpCheck = defineKind<HttpSpec, Reason>({
  kind: "http",
  interval: 60_000,
  schema,
  reasons: { ...connectReasons, ...tlsReasons, ...fetchReasons, ...httpReasons },
  explainedBy: explainedByTls,
  target: (spec) => `${spec.scheme}://${spec.host}:${portOf(spec)}${spec.path}`,
  run: async (spec, run) => {
    const secure = spec.scheme === "https";
    const answer = await fetchOnce({ ...spec, port: portOf(spec), secure }, run);
    run.note({ status: answer.status });
    judge(spec, answer);
    return { reason: "ok", message: `answers ${answer.status}` };
  },
});

function judge(spec: HttpSpec, answer: HttpAnswer): void {
  const expected = spec.status.join(" or ");
  if (!spec.status.includes(answer.status)) {
    const location = answer.headers.location;
    const redirected = answer.status >= 300 && answer.status < 400 && location !== undefined;
    if (redirected) {
      throw failure("redirected", `answers ${answer.status} to ${location}, expected ${expected}`, {
        location,
      });
    }
    const start = answer.body.slice(0, 200);
    throw failure("wrong_status", `answers ${answer.status}, expected ${expected}`, { body: start });
  }
  if (spec.body !== undefined && !answer.body.includes(spec.body)) {
    const start = answer.body.slice(0, 200);
    throw failure("wrong_body", `the answer does not contain ${JSON.stringify(spec.body)}`, { body: start });
  }
}

function failure(
  reason: HttpReason,
  message: string,
  evidence: Record<string, string>,
): CheckFailure<HttpReason> {
  return new CheckFailure(reason, message, { evidence });
}

function portOf(spec: HttpSpec): number {
  return spec.port ?? (spec.scheme === "https" ? 443 : 80);
}
