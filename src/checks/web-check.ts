/** Check kind `web`: the page is there, and its config.js sends people's browsers where the site is. */
import { z } from "zod";
import { defineKind, type ReasonTable } from "./check-kind.ts";
import { CheckFailure, type CheckRun } from "./check-run.ts";
import {
  connectReasons,
  type ConnectReason,
  explainedByTls,
  tlsReasons,
  type TlsReason,
} from "./connect/connect-reasons.ts";
import type { HttpAnswer } from "./connect/http-exchange.ts";
import { fetchOnce, type FetchReason, fetchReasons } from "./connect/http-fetch.ts";
import { type Finding, verdictOf, worstFirst } from "./findings.ts";
import { hostField, portField, targetFields } from "./spec-values.ts";
import { compareConfig } from "./web/compare-config.ts";
import { type ConfigReason, configReasons } from "./web/config-reasons.ts";
import { type PageReason, pageReasons } from "./web/page-reasons.ts";
import { readConfig } from "./web/read-config.ts";
import { wantedConfig } from "./web/wanted-config.ts";

const path = z.string().regex(/^\/[\x21-\x7e]*$/, "write a path such as /config.js");
/** A path on the page's own host, a whole address, or `false` for none. */
const place = z.union([path, z.url({ protocol: /^(?:https|wss)$/ }), z.literal(false)]);

const schema = z.strictObject({
  ...targetFields,
  port: portField.default(443),
  scheme: z.enum(["https", "http"]).default("https"),
  page: path.default("/"),
  marker: z.string().min(1).max(200).optional(),
  config: path.default("/config.js"),
  domain: hostField.optional(),
  guestDomain: z.union([hostField, z.literal(false)]).optional(),
  muc: hostField.default("conference"),
  focus: hostField.default("focus"),
  bosh: place.default("/http-bind"),
  websocket: place.default("/xmpp-websocket"),
  redirectPort: portField.optional(),
  allowSelfSigned: z.boolean().default(false),
});

type WebSpec = z.output<typeof schema>;
type Found = ConfigReason | PageReason;
type Reason = Found | FetchReason | ConnectReason | TlsReason;

/** Upstream's own config.js is 75 kB. */
const CONFIG_LIMIT = 524_288;

const found = { ...pageReasons, ...configReasons } satisfies ReasonTable<Found>;

export const webCheck = defineKind<WebSpec, Reason>({
  kind: "web",
  schema,
  reasons: { ...connectReasons, ...tlsReasons, ...fetchReasons, ...found },
  explainedBy: explainedByTls,
  target: (spec) => `${spec.scheme}://${spec.host}:${spec.port}${spec.page}`,
  interval: 60_000,
  run: async (spec, run) => {
    const findings = [
      ...assessPage(await get(spec.page, spec, run), spec),
      ...assessConfig(await get(spec.config, spec, run), spec, run),
      ...(spec.redirectPort === undefined ? [] : await assessRedirect(spec.redirectPort, spec, run)),
    ];
    return verdictOf(worstFirst(findings, found), "the page is there and sends browsers to this site", run);
  },
});

/** Fails when what came is no answer with status 200. */
async function get(from: string, spec: WebSpec, run: CheckRun): Promise<HttpAnswer> {
  const secure = spec.scheme === "https";
  const answer = await fetchOnce({ ...spec, secure, path: from, bodyLimit: CONFIG_LIMIT }, run);
  if (answer.status === 200) return answer;
  const { location } = answer.headers;
  const redirected = answer.status >= 300 && answer.status < 400 && location !== undefined;
  const words = redirected ? `${answer.status} to ${location}` : String(answer.status);
  const reason = redirected
    ? "page_redirected"
    : answer.status >= 500
      ? "page_unavailable"
      : "page_not_found";
  throw new CheckFailure<PageReason>(reason, `${from} answers ${words}`, {
    evidence: { status: answer.status, body: answer.body.slice(0, 200) },
  });
}

function assessPage(answer: HttpAnswer, { page, marker }: WebSpec): readonly Finding<Found>[] {
  if (marker === undefined || answer.body.includes(marker)) return [];
  return [finding("page_marker_missing", `${page} does not contain ${JSON.stringify(marker)}`)];
}

function assessConfig(answer: HttpAnswer, spec: WebSpec, run: CheckRun): readonly Finding<Found>[] {
  const config = readConfig(answer.body);
  if (!config.found) {
    run.note({ body: answer.body.slice(0, 200) });
    return [finding("config_not_script", `${spec.config} does not assign \`config\``)];
  }
  const differences = compareConfig(config, wantedConfig(spec));
  for (const { setting, detail } of differences) run.note({ [setting]: detail });
  const truncated = `${spec.config} is over ${CONFIG_LIMIT / 1024} KiB`;
  return [...differences, ...(answer.truncated ? [finding("config_too_large", truncated)] : [])];
}

/** Plain http must lead to https and the same name, by any of the redirects browsers follow. */
async function assessRedirect(
  port: number,
  spec: WebSpec,
  run: CheckRun,
): Promise<readonly Finding<Found>[]> {
  const answer = await fetchOnce({ ...spec, port, secure: false, path: spec.page }, run);
  const { location = "" } = answer.headers;
  if (![301, 302, 303, 307, 308].includes(answer.status)) {
    return [finding("redirect_missing", `plain http answers ${answer.status} and no redirect`)];
  }
  const to = URL.parse(location, `http://${spec.host}/`);
  if (to?.protocol === "https:" && to.hostname === spec.host) return [];
  return [finding("redirect_wrong", `plain http leads to ${location || "nowhere"}`)];
}

function finding(reason: Found, message: string): Finding<Found> {
  return { reason, message, severity: found[reason].severity };
}
