/** Rung `signaling`: does Prosody answer behind the page, and whom does it let in? */
import type { CheckResult } from "../../checks/check.ts";
import { finding, findingOf } from "../finding.ts";
import { FOUND, type Signaling } from "../knowledge.ts";
import type { Finding } from "../report.ts";
import { type Asked, defineStep, type Tools } from "../step.ts";
import { askBosh } from "../web/ask-bosh.ts";
import { type Where, whereOf } from "../web/where-of.ts";

const NO_GUESTS = "guests cannot come in; --user NAME looks further as a member";

/** Where every packaging of Jitsi has it, also where config.js names only BOSH. */
const USUAL_PATH = "/xmpp-websocket";

export const signalingStep = defineStep("signaling", FOUND, async (known, tools) => {
  const { site } = known;
  const { allowSelfSigned } = tools.request;
  const where = whereOf(site.websocket ?? new URL(USUAL_PATH, site.page), known);
  const [members, guests, bosh] = await Promise.all([
    openStream(where, site.domain, [], tools),
    site.guestDomain === undefined ? undefined : openStream(where, site.guestDomain, ["ANONYMOUS"], tools),
    site.bosh === undefined ? undefined : askBosh(whereOf(site.bosh, known), tools),
  ]);
  const boshFindings = bosh === undefined ? [] : findingOf(bosh);
  if (!members.ok && site.websocket === undefined && bosh !== undefined) return boshOnly(bosh, boshFindings);
  const insecure = site.websocket?.protocol === "ws:" ? [mixedContent(site.websocket)] : [];
  if (!members.ok) {
    const findings = [...insecure, ...findingOf(members)];
    return { asked: true, summary: findings[0]?.message ?? members.message, findings, notes: besides(bosh) };
  }
  const findings = [
    ...insecure,
    ...(guests === undefined ? [] : findingOf(guests)),
    ...boshFindings.map(asWarning),
  ];
  const target = { ...where, domain: site.domain, guestDomain: site.guestDomain, allowSelfSigned };
  const signaling: Signaling = {
    target,
    guests: offersAnonymous(guests ?? members),
    open: guests === undefined,
  };
  return {
    asked: true,
    summary: summarise(signaling, bosh),
    ...(guests?.ok === false ? { consequence: "Guests cannot come in at" } : {}),
    findings,
    notes:
      site.websocket === undefined
        ? ["config.js names no WebSocket: browsers use BOSH, which is slower"]
        : [],
    learnt: { signaling },
    ...(guests?.ok === false ? { instead: { logins: NO_GUESTS } } : {}),
  };
});

async function openStream(
  where: Where,
  domain: string,
  mechanisms: readonly string[],
  tools: Tools,
): Promise<CheckResult> {
  const { host, address, port, secure, path } = where;
  const { allowSelfSigned } = tools.request;
  const to = address === undefined ? { host } : { host, address };
  const scheme = secure ? "wss" : "ws";
  return await tools.check("xmpp", { ...to, port, scheme, path, domain, mechanisms, allowSelfSigned });
}

/** The site may work; only a WebSocket would let us see. */
function boshOnly(bosh: CheckResult, findings: readonly Finding[]): Asked {
  return {
    asked: true,
    summary: findings.length === 0 ? "BOSH answers" : bosh.message,
    findings,
    instead: { signaling: "this site uses BOSH only, and doctor speaks WebSocket only" },
  };
}

/** Prosody behind the other way in tells a lost WebSocket from a lost Prosody; it is no cause of its own. */
function besides(bosh: CheckResult | undefined): readonly string[] {
  if (bosh === undefined) return [];
  return [
    bosh.ok
      ? "BOSH leads to Prosody, so it is only the WebSocket"
      : `neither does BOSH work: ${bosh.message}`,
  ];
}

/** Browsers use the WebSocket where there is one; BOSH is for networks that let none through. */
function asWarning(found: Finding): Finding {
  return { ...found, severity: "warning" };
}

function mixedContent(url: URL): Finding {
  return finding("critical", "insecure_websocket", {
    target: url.href,
    message: `config.js sends browsers to ${url.href}, and a page of https may not use it`,
    advice: "write wss:// in config.js (docker: PUBLIC_URL must begin with https://)",
  });
}

function offersAnonymous({ evidence }: CheckResult): boolean {
  return String(evidence.mechanisms ?? "")
    .split(" ")
    .includes("ANONYMOUS");
}

function summarise({ guests, open }: Signaling, bosh: CheckResult | undefined): string {
  const ways = bosh?.ok === true ? "WebSocket and BOSH" : "WebSocket";
  if (!guests && !open) return `${ways}; members may come in, guests cannot`;
  if (!guests) return `${ways}; people need an account`;
  return open ? `${ways}; anybody may come in` : `${ways}; guests may come in, members have accounts`;
}
