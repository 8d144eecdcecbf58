/** Reasons about the focus, jicofo: for every kind that asks it for a room. */
import type { ReasonTable } from "../check-kind.ts";

export const focusReasons = {
  focus_missing: {
    severity: "critical",
    hint: "no meeting can begin: jicofo is not logged in to Prosody. It is down, or its password differs from Prosody's (convene logs jitsi; jicofo.conf: `xmpp.client`)",
  },
  focus_component_missing: {
    severity: "critical",
    hint: 'no meeting can begin: prosody.cfg.lua lacks the line `Component "focus.DOMAIN" "client_proxy"`, or the check\'s `focus:` names another',
  },
  focus_silent: {
    severity: "critical",
    hint: "no meeting can begin: jicofo is logged in and does not answer; it hangs or has just gone (convene logs jitsi)",
  },
  focus_refused: {
    severity: "critical",
    hint: "jicofo refuses the room in the words shown: `not-authorized` is the secure domain (jicofo.conf: `authentication`)",
  },
  focus_not_ready: {
    severity: "critical",
    hint: "jicofo took the room and does not get into it: look for the MUC component in prosody.cfg.lua and for errors in convene logs jitsi",
  },
} as const satisfies ReasonTable<string>;

export type FocusReason = keyof typeof focusReasons;
