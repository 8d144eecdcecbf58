/** Rung `services`: which STUN and TURN servers is a participant told, and with a credential that is still good? */
import { connectReasons, tlsReasons } from "../../checks/connect/connect-reasons.ts";
import { askServices, type ExternalService } from "../../checks/xmpp/extdisco.ts";
import { extdiscoReasons } from "../../checks/xmpp/extdisco-reasons.ts";
import { openSession } from "../../checks/xmpp/xmpp-session.ts";
import { sessionReasons } from "../../checks/xmpp/session-reasons.ts";
import { sentenceFor } from "../advice/advice.ts";
import { finding, findingOf } from "../finding.ts";
import { ENTERED } from "../knowledge.ts";
import { nameOfWish, relayWishes } from "../relay/relay-wishes.ts";
import type { Finding } from "../report.ts";
import { defineStep } from "../step.ts";

const TIMEOUT_MS = 12_000;
/** Beyond these nothing is asked: a site has one or two. */
const MOST_HOSTS = 8;

export const servicesStep = defineStep("services", ENTERED, async ({ signaling, logins: [login] }, tools) => {
  if (login === undefined) return { asked: false, because: "nobody could log in" };
  const { target } = signaling;
  const { result, value } = await tools.ask({
    kind: "services",
    target: target.domain,
    reasons: { ...connectReasons, ...tlsReasons, ...sessionReasons, ...extdiscoReasons },
    timeout: TIMEOUT_MS,
    work: async (run) => {
      const session = await openSession(target, login, run);
      try {
        return await askServices(session, target.domain, run);
      } finally {
        await session.close();
      }
    },
    describe: (found) => `${found.length} announced`,
  });
  if (value === undefined) return { asked: true, summary: sentenceFor(result), findings: findingOf(result) };
  const hosts = [...new Set(value.map(({ host }) => host))].slice(0, MOST_HOSTS);
  const services = value.filter(({ host }) => hosts.includes(host));
  const left = value.length - services.length;
  const past = expired(services, tools.context.clock.now());
  return {
    asked: true,
    summary: summarise(services),
    findings: [...(services.some(isRelay) ? [] : [noRelay(target.domain)]), ...past],
    notes: left === 0 ? [] : [`not asked: ${left} more, because ${MOST_HOSTS} hosts are enough`],
    // No relay takes it, which would be the same news again.
    ...(past.length > 0 ? { instead: { services: "its credential has run out" } } : { learnt: { services } }),
  };
});

function isRelay({ type }: ExternalService): boolean {
  return type === "turn" || type === "turns";
}

/** `turn.example.org: stun, udp, tls` */
function summarise(services: readonly ExternalService[]): string {
  const byHost = Map.groupBy(relayWishes(services).wishes, ({ host }) => host);
  if (byHost.size === 0) return "no STUN and no TURN server";
  return [...byHost].map(([host, wishes]) => `${host}: ${wishes.map(nameOfWish).join(", ")}`).join("; ");
}

function noRelay(domain: string): Finding {
  return finding("warning", "no_relay", {
    target: domain,
    message: "the site tells of no TURN relay, so people behind a strict firewall cannot meet",
    advice:
      "set up coturn and list it in Prosody's `external_services` (numbers for ports, not texts; docker: TURN_HOST, TURN_CREDENTIALS)",
  });
}

/** Milliseconds that two clocks may differ without anybody noticing. */
const CLOCK_TOLERANCE = 60_000;

function expired(services: readonly ExternalService[], now: number): readonly Finding[] {
  const old = services.find(({ expires }) => expires !== undefined && expires < now - CLOCK_TOLERANCE);
  if (old?.expires === undefined) return [];
  const past = finding("critical", "credential_expired", {
    target: `${old.type}:${old.host}`,
    message: `the credential for the relay ran out on ${new Date(old.expires).toISOString().slice(0, 16)}, before it was given`,
    advice:
      "Prosody's clock is off (`timedatectl`), or `ttl` of the entry in `external_services` is too small",
  });
  return [past];
}
