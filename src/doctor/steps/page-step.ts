/** Rung `page`: is this a Jitsi Meet, and where does its config.js send people's browsers? */
import { CheckFailure, type CheckRun } from "../../checks/check-run.ts";
import type { ReasonTable } from "../../checks/check-kind.ts";
import type { CheckResult } from "../../checks/check.ts";
import { connectReasons, tlsReasons } from "../../checks/connect/connect-reasons.ts";
import { readConfig } from "../../checks/web/read-config.ts";
import { sentenceFor } from "../advice/advice.ts";
import { findingOf } from "../finding.ts";
import type { Finding } from "../report.ts";
import { REACHED, type SiteFacts } from "../knowledge.ts";
import { defineStep, type Tools } from "../step.ts";
import { describePage } from "../web/describe-page.ts";
import { fetchPage, type PageSource } from "../web/fetch-page.ts";
import { type PageReason, pageReasons, redirectReasons, type RedirectReason } from "../web/page-reasons.ts";
import { readSite } from "../web/read-site.ts";
import { origin } from "../words.ts";

const TIMEOUT_MS = 10_000;
const HTTPS_PORT = 443;

export const pageStep = defineStep("page", REACHED, async ({ address, target }, tools) => {
  const source = { host: target.host, address, allowSelfSigned: tools.request.allowSelfSigned };
  const start = new URL(origin(target));
  const [{ result, value }, plain] = await Promise.all([
    tools.ask({
      kind: "page",
      target: start.href,
      reasons: PAGE_REASONS,
      timeout: TIMEOUT_MS,
      work: (run) => findSite(start, source, run),
      describe: (site) => `a Jitsi Meet of the XMPP domain ${site.domain}`,
    }),
    target.port === HTTPS_PORT ? askPlain(source, tools) : undefined,
  ]);
  return {
    asked: true,
    summary: result.ok ? result.message : sentenceFor(result),
    findings: [...findingOf(result).map(whereTo), ...(plain?.severity === "warning" ? findingOf(plain) : [])],
    notes: plain === undefined ? [] : notesOf(plain, result),
    ...(value === undefined ? { instead: { site: whyNoSite(result) } } : { learnt: { site: value } }),
  };
});

/** What is wrong with both is told once. */
function notesOf(plain: CheckResult, page: CheckResult): readonly string[] {
  const { reason, severity } = plain;
  const isNews = reason !== "ok" && reason !== "aborted" && reason !== page.reason;
  return !isNews || severity === "warning" ? [] : [`http:// does not lead here: ${sentenceFor(plain)}`];
}

/** Names the other site's host in the advice. */
function whereTo(found: Finding): Finding {
  const location = found.reason === "moved" ? URL.parse(String(found.evidence.location)) : null;
  if (location === null) return found;
  const advice = `redirects to other hosts are not followed; look there: convene doctor ${location.host}`;
  return { ...found, advice };
}

function whyNoSite({ reason }: CheckResult): string {
  if (reason === "moved") return "the site is elsewhere";
  return reason === "not_jitsi" ? "this is no Jitsi Meet" : "the page does not work";
}

async function findSite(start: URL, source: PageSource, run: CheckRun): Promise<SiteFacts> {
  const front = await run.phase("page", () => fetchPage(start, source, run));
  refuseTrouble(front.url, front.answer.status);
  const url = new URL("config.js", front.url);
  const { answer } = await run.phase("config.js", () => fetchPage(url, source, run));
  run.note({ page: describePage(front.answer), config: `${answer.status}` });
  refuseTrouble(url, answer.status);
  const config = readConfig(answer.status === 200 ? answer.body : "");
  if (!config.found) {
    const what = answer.status === 200 ? "holds no configuration of Jitsi" : `is ${describePage(answer)}`;
    throw failure("not_jitsi", `this is no Jitsi Meet: ${start.origin} answers, but ${url.pathname} ${what}`);
  }
  if (/<!--#include /.test(front.answer.body)) {
    throw failure(
      "includes_off",
      "the page still holds its include directives, so browsers get no configuration",
    );
  }
  return readSite(config, front.url);
}

/** What stands in front of a page that may well be a Jitsi. */
function refuseTrouble(url: URL, status: number): void {
  if (status >= 500) throw failure("page_failing", `${url.href} answers ${status}`, { status });
  if (status === 401 || status === 403 || status === 407) {
    throw failure("page_locked", `${url.href} answers ${status} to a stranger`, { status });
  }
}

const PAGE_REASONS = { ...connectReasons, ...tlsReasons, ...pageReasons };

/** Who types https:// does not notice: it is said, and no failure. */
const PLAIN_REASONS: ReasonTable<string> = Object.fromEntries(
  Object.entries(PAGE_REASONS).map(([name, { hint }]) => [name, { severity: "info", hint }]),
);

/** http:// is where people arrive who type the bare name into an old browser, and where Let's Encrypt asks. */
async function askPlain(source: PageSource, tools: Tools): Promise<CheckResult> {
  const start = new URL(`http://${source.host.includes(":") ? `[${source.host}]` : source.host}/`);
  const { result } = await tools.ask({
    kind: "http",
    target: start.href,
    reasons: { ...PLAIN_REASONS, ...redirectReasons },
    timeout: TIMEOUT_MS,
    work: async (run) => {
      const { url } = await fetchPage(start, source, run);
      if (url.protocol === "https:") return;
      const message = `${start.href} shows a page and does not send people on to https`;
      throw new CheckFailure<RedirectReason>("http_without_https", message);
    },
    describe: () => "sends people on to https",
  });
  return result;
}

function failure(
  reason: PageReason,
  message: string,
  evidence: Record<string, string | number> = {},
): CheckFailure<PageReason> {
  return new CheckFailure(reason, message, { evidence });
}
