/** Reasons about what a meeting needs beside the session: components, and who may open a room. */
import type { ReasonTable } from "../check-kind.ts";

export const meetingReasons = {
  secret_missing: {
    severity: "critical",
    hint: "the check's `secret:` and `relaySecret:` must name secrets that a container lists under `secrets:`",
  },
  component_missing: {
    severity: "critical",
    hint: "no meeting can begin: Prosody runs without its part for rooms: the Component line in prosody.cfg.lua is missing or its module did not load; Prosody may be too old for Jitsi's modules (convene logs jitsi)",
  },
  component_silent: {
    severity: "critical",
    hint: "no meeting can begin: Prosody has its part for rooms and it does not answer: convene logs jitsi",
  },
  side_component_missing: {
    severity: "critical",
    hint: "people meet, and Prosody runs without this part, such as the lobby: its Component line in prosody.cfg.lua is missing or its module did not load; Prosody may be too old for Jitsi's modules (convene logs jitsi)",
  },
  side_component_silent: {
    severity: "critical",
    hint: "people meet; Prosody has this part, such as the lobby, and it does not answer: convene logs jitsi",
  },
  focus_cut_off: {
    severity: "critical",
    hint: "no meeting can begin: jicofo is there, and Prosody passes nothing on to it: mod_client_proxy did not load (is Prosody too old for Jitsi's modules? convene logs jitsi), or groups.txt does not make focus.DOMAIN a contact of jicofo's account",
  },
  guests_open_rooms: {
    severity: "critical",
    hint: "anybody can hold meetings here: jicofo.conf needs `authentication { enabled = true }` with `login-url` the Site's domain; convene reconcile writes it, then jicofo must restart",
  },
  guests_kept_out: {
    severity: "critical",
    hint: "the site is open and jicofo wants a login: `authentication` in jicofo.conf and the component's `access:` differ; jicofo must restart after a change",
  },
  members_kept_out: {
    severity: "critical",
    hint: "jicofo takes nobody for a member: `login-url` in jicofo.conf must be the domain that people log in to",
  },
} as const satisfies ReasonTable<string>;

export type MeetingReason = keyof typeof meetingReasons;
