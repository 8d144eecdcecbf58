/** From a page's config.js to where signaling is, with the values that Jitsi's client takes where none is written. */
import { CheckFailure } from "../../checks/check-run.ts";
import type { JitsiConfig } from "../../checks/web/read-config.ts";
import type { SiteFacts } from "../knowledge.ts";
import type { PageReason } from "./page-reasons.ts";

/** What an XMPP domain may look like before it is written into a stanza. */
const DOMAIN = /^[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?$/;

/** Fails with `domain_missing`, `domain_invalid` or `config_unreadable` when the XMPP domain cannot be told. */
export function readSite(config: JitsiConfig, page: URL): SiteFacts {
  const domain = domainOf(config, "domain");
  if (domain === undefined) throw noDomain(config);
  return {
    page,
    domain,
    guestDomain: domainOf(config, "guestDomain"),
    muc: domainOf(config, "muc") ?? `conference.${domain}`,
    focus: domainOf(config, "focus") ?? `focus.${domain}`,
    websocket: urlOf(config.websocket, page),
    bosh: urlOf(config.bosh, page),
  };
}

function domainOf(config: JitsiConfig, name: "domain" | "guestDomain" | "muc" | "focus"): string | undefined {
  const text = config[name];
  return text !== undefined && DOMAIN.test(text) ? text.toLowerCase() : undefined;
}

/** Written whole, from the root, or without a scheme (`//meet.example.org/http-bind`). */
function urlOf(text: string | undefined, page: URL): URL | undefined {
  const url = text === undefined ? null : URL.parse(text, page);
  return url !== null && /^(https?|wss?):$/.test(url.protocol) ? url : undefined;
}

function noDomain({ domain, lines, unreadable }: JitsiConfig): CheckFailure<PageReason> {
  const path = "hosts.domain";
  if (domain !== undefined) {
    const message = `config.js line ${lines.domain}: ${path} is "${domain}", which is no domain name`;
    return new CheckFailure<PageReason>("domain_invalid", message);
  }
  const setting = unreadable.find(({ name }) => name === "domain");
  if (setting === undefined) {
    return new CheckFailure<PageReason>("domain_missing", `config.js names no XMPP domain (${path})`);
  }
  const message = `config.js line ${setting.line}: ${path} cannot be read without running the script: ${setting.source}`;
  return new CheckFailure<PageReason>("config_unreadable", message);
}
