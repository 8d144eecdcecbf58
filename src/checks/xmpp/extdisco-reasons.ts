/** Reasons about the relays that Prosody tells participants (XEP-0215). */
import type { ReasonTable } from "../check-kind.ts";

export const extdiscoReasons = {
  extdisco_missing: {
    severity: "critical",
    hint: "Prosody tells nobody of the relay: `external_services` is not among the VirtualHost's modules in prosody.cfg.lua, or did not load (convene logs jitsi)",
  },
  extdisco_forbidden: {
    severity: "critical",
    hint: "Prosody keeps the relay from this login: look for `external_service_access` and `extdisco_occpuant_check` in prosody.cfg.lua",
  },
  extdisco_refused: {
    severity: "critical",
    hint: "Prosody refused to tell of the relay, in the words shown: convene logs jitsi",
  },
  extdisco_silent: {
    severity: "critical",
    hint: "Prosody answers other questions and not the one for the relay: convene logs jitsi",
  },
  turn_not_announced: {
    severity: "critical",
    hint: "people behind strict firewalls cannot meet: compare `external_services` in prosody.cfg.lua with the relay; a host or port of another value than meant counts as another relay",
  },
  turn_without_port: {
    severity: "warning",
    hint: "`port` of an entry in `external_services` (prosody.cfg.lua) must be a number, without quotes: Prosody leaves any other out",
  },
  turn_without_credentials: {
    severity: "critical",
    hint: "`external_services` in prosody.cfg.lua needs `secret = true` in each entry for TURN, and `external_service_secret` above it",
  },
  turn_credential_expired: {
    severity: "critical",
    hint: "Prosody hands out credentials that are over: its clock is behind, or `ttl` in `external_services` is too short (convene check host compares clocks)",
  },
  turn_secret_differs: {
    severity: "critical",
    hint: "Prosody's secret is not convene's, so the relay will refuse people: mod_external_services reads `external_service_secret` only when it loads; convene reconcile, then restart prosody",
  },
  turn_unexpected: {
    severity: "warning",
    hint: "Prosody sends people to a relay that the site does not mean: look for more entries in `external_services` (prosody.cfg.lua) and at the keys below service/coturn/ in Consul",
  },
} as const satisfies ReasonTable<string>;

export type ExtdiscoReason = keyof typeof extdiscoReasons;
