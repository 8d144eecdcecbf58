/** What a site's config.js should say, from the spec of a check. */

export interface WantedConfig {
  /** The name people open. */
  readonly host: string;
  /** XMPP domain. */
  readonly domain: string;
  /** `false`: guests have none of their own; undefined: not looked at. */
  readonly guestDomain: string | false | undefined;
  readonly muc: string;
  readonly focus: string;
  /** Whole addresses; `false`: there is none. */
  readonly bosh: string | false;
  readonly websocket: string | false;
}

export interface WantedSpec {
  readonly host: string;
  readonly domain?: string | undefined;
  readonly guestDomain?: string | false | undefined;
  readonly muc: string;
  readonly focus: string;
  readonly bosh: string | false;
  readonly websocket: string | false;
}

export function wantedConfig(spec: WantedSpec): WantedConfig {
  const domain = spec.domain ?? spec.host;
  const below = (name: string): string => (name.includes(".") ? name : `${name}.${domain}`);
  const at = (scheme: string, place: string | false): string | false =>
    place === false || place.includes("://") ? place : `${scheme}://${spec.host}${place}`;
  return {
    host: spec.host,
    domain,
    guestDomain: typeof spec.guestDomain === "string" ? below(spec.guestDomain) : spec.guestDomain,
    muc: below(spec.muc),
    focus: below(spec.focus),
    bosh: at("https", spec.bosh),
    websocket: at("wss", spec.websocket),
  };
}
