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
  if (value === undefined) {
    const consequence = "Nobody is told of a relay at";
    return {
      asked: true,
      summary: sentenceFor(result),
      consequence,
      findings: findingOf(result).map(milder),
    };
  }
  const hosts = [...new Set(value.map(({ host }) => host))].slice(0, MOST_HOSTS);
  const services = value.filter(({ host }) => hosts.includes(host));
  const now = tools.context.clock.now();
  const good = services.filter((one) => !hasRunOut(one, now));
  const left = value.length - services.length;
  return {
    asked: true,
    summary: summarise(services),
    consequence: "Nobody can use the relay of",
    findings: [
      ...(services.some(isRelay) ? [] : [noRelay(target.domain)]),
      ...services
        .filter((one) => !good.includes(one))
        .slice(0, 1)
        .map(runOut),
    ],
    notes: [
      ...(left === 0 ? [] : [`not asked: ${left} more, because ${MOST_HOSTS} hosts are enough`]),
      ...(services.some((one) => isRelay(one) && one.port === undefined) ? [NO_PORT] : []),
    ],
    // No relay takes a credential that has run out, which would be the same news again.
    ...(services.some(isRelay) && !good.some(isRelay)
      ? { instead: { services: "its credential has run out" } }
      : { learnt: { services: good } }),
  };
});

/** A Prosody of 2026 can be set to tell of relays inside rooms only (`extdisco_occpuant_check`), which its page copes with. */
function milder(found: Finding): Finding {
  return found.reason === "extdisco_forbidden" ? { ...found, severity: "warning" } : found;
}

/** Prosody leaves out a port that is no number. */
const NO_PORT =
  "announced without a port, so browsers take 3478 and 5349: in `external_services` it must be a number";

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

function hasRunOut({ expires }: ExternalService, now: number): boolean {
  return expires !== undefined && expires < now - CLOCK_TOLERANCE;
}

function runOut({ type, host, expires = 0 }: ExternalService): Finding {
  const moment = new Date(expires).toISOString().slice(0, 16).replace("T", " ");
  return finding("critical", "credential_expired", {
    target: `${type}:${host}`,
    message: `the credential for the relay ran out on ${moment}, before it was given`,
    advice:
      "Prosody's clock is off (`timedatectl`), or `ttl` of the entry in `external_services` is too small",
  });
}
