/** Rung `signaling`: does Prosody answer behind the page, and whom does it let in? */
import type { CheckResult } from "../../checks/check.ts";
import type { XmppTarget } from "../../checks/xmpp/xmpp-target.ts";
import { sentenceFor } from "../advice/advice.ts";
import { finding, findingOf } from "../finding.ts";
import { FOUND, type Signaling } from "../knowledge.ts";
import type { Finding } from "../report.ts";
import { defineStep } from "../step.ts";
import { askStream, type AskedStream } from "../web/ask-stream.ts";
import { whereOf } from "../web/where-of.ts";

/** Where every packaging of Jitsi has the WebSocket. */
const USUAL_PATH = "/xmpp-websocket";
const NO_GUESTS = "guests cannot come in; --user NAME looks further as a member";

/** Browsers take the WebSocket where config.js names one, and BOSH else; they do not fall back. */
export const signalingStep = defineStep("signaling", FOUND, async (known, tools) => {
  const { site } = known;
  const { domain, guestDomain } = site;
  const { allowSelfSigned } = tools.request;
  const targetOf = (url: URL, bosh: boolean): XmppTarget => ({
    ...whereOf(url, known),
    domain,
    guestDomain,
    allowSelfSigned,
    bosh,
  });
  const usesBosh = site.websocket === undefined && site.bosh !== undefined;
  const target = usesBosh
    ? targetOf(site.bosh, true)
    : targetOf(site.websocket ?? new URL(USUAL_PATH, site.page), false);
  const [members, guests, bosh] = await Promise.all([
    askStream(target, domain, tools),
    guestDomain === undefined ? undefined : askStream(target, guestDomain, tools, "ANONYMOUS"),
    usesBosh || site.bosh === undefined ? undefined : askStream(targetOf(site.bosh, true), domain, tools),
  ]);
  const insecure = target.secure || usesBosh ? [] : [mixedContent(site.websocket ?? site.page)];
  if (!members.result.ok) {
    const findings = [...insecure, ...findingOf(members.result)];
    return {
      asked: true,
      summary: findings[0]?.message ?? members.result.message,
      findings,
      notes: bosh === undefined ? [] : besides(bosh.result),
    };
  }
  const letIn = (guests ?? members).mechanisms.includes("ANONYMOUS");
  const signaling: Signaling = { target, guests: letIn, open: guests === undefined };
  const guestsLost = guests !== undefined && !guests.result.ok;
  return {
    asked: true,
    summary: summarise(signaling, bosh),
    ...(guestsLost ? { consequence: "Guests cannot come in at", instead: { logins: NO_GUESTS } } : {}),
    findings: [
      ...insecure,
      ...(guests === undefined ? [] : findingOf(guests.result)),
      ...(bosh === undefined ? [] : findingOf(bosh.result).map(asWarning)),
    ],
    notes: usesBosh ? ["config.js names no WebSocket: browsers use BOSH, which is slower"] : [],
    learnt: { signaling },
  };
});

/** Prosody behind the other way in tells a lost WebSocket from a lost Prosody; it is no cause of its own. */
function besides(bosh: CheckResult): readonly string[] {
  return [
    bosh.ok
      ? "BOSH leads to Prosody, so it is only the WebSocket"
      : `neither does BOSH work: ${sentenceFor(bosh)}`,
  ];
}

/** Only old clients use it beside a WebSocket. */
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

function summarise({ target, guests, open }: Signaling, bosh: AskedStream | undefined): string {
  const ways = target.bosh === true ? "BOSH" : bosh?.result.ok === true ? "WebSocket and BOSH" : "WebSocket";
  if (!guests)
    return open ? `${ways}; people need an account` : `${ways}; members may come in, guests cannot`;
  return open ? `${ways}; anybody may come in` : `${ways}; guests may come in, members have accounts`;
}
