/** What can be wrong with what config.js tells people's browsers, worst first where severities are equal. */
import type { ReasonTable } from "../check-kind.ts";

const WRITTEN = "convene writes /etc/jitsi/meet/config.js in the container jitsi";

export const configReasons = {
  config_domain_wrong: {
    severity: "critical",
    hint: `browsers log in at a domain that Prosody does not have: ${WRITTEN} from the Site's \`domain\`; \`config:\` of the component may override it`,
  },
  config_guest_domain_missing: {
    severity: "critical",
    hint: `guests are asked for a password: ${WRITTEN} with \`hosts.anonymousdomain\`; \`config:\` of the component may override it`,
  },
  config_guest_domain_wrong: {
    severity: "critical",
    hint: `guests are sent to a domain that Prosody does not have: ${WRITTEN} with \`hosts.anonymousdomain\`; \`config:\` of the component may override it`,
  },
  config_guest_domain_unwanted: {
    severity: "critical",
    hint: "guests are sent to a domain that should not be there: take `hosts.anonymousdomain` out of config.js, or correct the check's `guestDomain:`",
  },
  config_muc_wrong: {
    severity: "critical",
    hint: `rooms are looked for at a component that Prosody does not have: ${WRITTEN} with \`hosts.muc\`; \`config:\` of the component may override it`,
  },
  config_focus_wrong: {
    severity: "critical",
    hint: `nobody answers when a room is asked for: ${WRITTEN} with \`hosts.focus\`; \`config:\` of the component may override it`,
  },
  config_websocket_wrong: {
    severity: "critical",
    hint: `browsers look for signaling in the wrong place: ${WRITTEN} with \`websocket\`; \`config:\` of the component may override it`,
  },
  config_bosh_wrong: {
    severity: "critical",
    hint: `browsers look for signaling in the wrong place: ${WRITTEN} with \`bosh\`; \`config:\` of the component may override it`,
  },
  config_bosh_missing: {
    severity: "warning",
    hint: `without \`bosh\` a browser whose WebSocket fails has no second way: ${WRITTEN}; \`config:\` of the component may override it`,
  },
  config_websocket_missing: {
    severity: "warning",
    hint: `without \`websocket\` browsers use the slower BOSH: ${WRITTEN}; \`config:\` of the component may override it`,
  },
  config_value_unreadable: {
    severity: "warning",
    hint: "only a browser can tell this value: write it as a plain text, or look at `config` in the browser's console",
  },
} as const satisfies ReasonTable<string>;

export type ConfigReason = keyof typeof configReasons;
