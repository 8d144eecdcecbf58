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
} as const satisfies ReasonTable<string>;

export type ExtdiscoReason = keyof typeof extdiscoReasons;
