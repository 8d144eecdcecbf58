/** Faults of Prosody and of the focus. */
import { falseClock, type Faults } from "./meeting-lab-fault.ts";
import { makeCertificate } from "./test-certificates.ts";
import { LAB_DOMAIN, LAB_TURN_DOMAIN, labSecret } from "./meeting-lab-site.ts";

const PROSODY = "/etc/prosody/prosody.cfg.lua";
const JICOFO = "/etc/jitsi/jicofo/jicofo.conf";

/** Jitsi's `extdisco_occpuant_check` to who is in no room, which a check that asks before it enters is. */
const FORBIDS_SERVICES = `-- The lab's: tells nobody of the relays.
local st = require "util.stanza"
for _, version in ipairs { "1", "2" } do
  module:hook("iq-get/host/urn:xmpp:extdisco:" .. version .. ":services", function(event)
    event.origin.send(st.error_reply(event.stanza, "auth", "forbidden"))
    return true
  end, 10)
end
`;

/** What mod_muc_meeting_id does until jicofo is in the room, for ever. */
const HOLDS_JOINS = `-- The lab's: keeps everybody waiting who joins a room, but jicofo.
local jid = require "util.jid"
module:hook("muc-occupant-pre-join", function(event)
  if jid.node(event.stanza.attr.from) ~= "focus" then return true end
end, 1000)
`;

export const PROSODY_FAULTS = {
  "prosody-stopped": ({ servers }) => servers.prosody.stop(),
  "prosody-frozen": async ({ servers }) => servers.prosody.freeze(),
  /** Row 5 from the other side: credentials have run out when Prosody hands them out. */
  "prosody-clock-behind": ({ servers }) => servers.prosody.restart(falseClock("-2d")),
  /** Row 4 from the other side: Prosody hands out credentials of another secret than the site's. */
  "prosody-turn-secret": ({ servers }) =>
    servers.prosody.reconfigure(PROSODY, {
      [`external_service_secret = "${labSecret("turn-secret").reveal()}"`]:
        'external_service_secret = "another"',
    }),
  /** Row 9: the certificate that jicofo and the bridges meet was replaced, and its key was not. */
  "prosody-certificate-replaced": async ({ servers: { prosody } }) => {
    const { pem } = await makeCertificate({ names: [`auth.${LAB_DOMAIN}`] });
    await prosody.container.write("/var/lib/prosody/another.crt", pem);
    await prosody.reconfigure(PROSODY, {
      "/var/lib/prosody/convene-c2s.crt": "/var/lib/prosody/another.crt",
    });
  },
  /** Row 10, in Prosody: jicofo's or the bridges' account has another password than they come with. */
  "focus-account": ({ accounts }) => accounts.setPassword(`focus@auth.${LAB_DOMAIN}`, "another-password"),
  "jvb-account": ({ accounts }) => accounts.setPassword(`jvb@auth.${LAB_DOMAIN}`, "another-password"),
  /** Row 10: the account of the checks has another password than the site's secret. */
  "check-password": ({ accounts }) => accounts.setPassword(`convene-check@${LAB_DOMAIN}`, "another-password"),
  /** Row 12. */
  "guest-host-missing": ({ servers }) =>
    servers.prosody.reconfigure(PROSODY, {
      [`VirtualHost "guest.${LAB_DOMAIN}"`]: `VirtualHost "other.${LAB_DOMAIN}"`,
    }),
  /** Guests are let in by name and password only. */
  "guest-host-wants-accounts": ({ servers }) =>
    servers.prosody.reconfigure(PROSODY, {
      'authentication = "jitsi-anonymous"': 'authentication = "internal_hashed"',
    }),
  /** Row 16, as when Prosody cannot load the module. */
  "focus-component-missing": ({ servers }) =>
    servers.prosody.reconfigure(PROSODY, {
      [`Component "focus.${LAB_DOMAIN}"`]: `Component "other.${LAB_DOMAIN}"`,
    }),
  /** Row 16: a Prosody too old for Jitsi's modules says so in its log, and goes on without. */
  "focus-module-missing": ({ servers }) =>
    servers.prosody.reconfigure(PROSODY, { '"client_proxy"': '"client_proxy_of_tomorrow"' }),
  "conference-module-missing": ({ servers }) =>
    servers.prosody.reconfigure(PROSODY, {
      [`Component "conference.${LAB_DOMAIN}" "muc"`]: `Component "conference.${LAB_DOMAIN}" "muc_of_tomorrow"`,
    }),
  /** The component does not see jicofo's account online: the roster lacks it. */
  "focus-component-blind": ({ servers }) =>
    servers.prosody.reconfigure(PROSODY, { '"smacks"; "groups" }': '"smacks" }' }),
  "conference-component-missing": ({ servers }) =>
    servers.prosody.reconfigure(PROSODY, {
      [`Component "conference.${LAB_DOMAIN}"`]: `Component "other.${LAB_DOMAIN}"`,
    }),
  /** Row 21: Prosody leaves out what has no number for a port. */
  "services-string-port": ({ servers }) =>
    servers.prosody.reconfigure(PROSODY, {
      "port = 3478,": 'port = "3478",',
      "port = 5349,": 'port = "5349",',
    }),
  "services-without-tcp": ({ servers }) =>
    servers.prosody.reconfigure(PROSODY, {
      'port = 3478, transport = "tcp"': 'port = 3478, transport = "udp"',
    }),
  "services-other-host": ({ servers }) =>
    servers.prosody.reconfigure(PROSODY, { [`host = "${LAB_TURN_DOMAIN}"`]: 'host = "other.lab.test"' }),
  "services-module-missing": ({ servers }) =>
    servers.prosody.reconfigure(PROSODY, { '"smacks"; "external_services"; ': '"smacks"; ' }),
  "joins-held": async ({ servers: { prosody } }) => {
    const path = "/usr/share/jitsi-meet/prosody-plugins/mod_lab_holds_joins.lua";
    await prosody.container.write(path, HOLDS_JOINS);
    await prosody.reconfigure(PROSODY, { '"muc_hide_all"; "muc_meeting_id"': '"lab_holds_joins"' });
  },
  /** Row 22. */
  "services-forbidden": async ({ servers: { prosody } }) => {
    const path = "/usr/share/jitsi-meet/prosody-plugins/mod_lab_forbids_services.lua";
    await prosody.container.write(path, FORBIDS_SERVICES);
    await prosody.reconfigure(PROSODY, {
      '"external_services"; ': '"external_services"; "lab_forbids_services"; ',
    });
  },
} satisfies Faults;

export const FOCUS_FAULTS = {
  /** Row 10. */
  "focus-password": ({ servers }) =>
    servers.focus.reconfigure(JICOFO, { [labSecret("focus-password").reveal()]: "another-password" }),
  /** Row 13: jicofo looks into another brewery than the bridges are in. */
  "focus-other-brewery": ({ servers }) =>
    servers.focus.reconfigure(JICOFO, { "jvbbrewery@": "otherbrewery@" }),
  /** Row 14: Prosody did not make it an owner. */
  "focus-not-owner": ({ servers }) => servers.focus.behave({ ownership: "none" }),
  /** Row 15. */
  "focus-stopped": ({ servers }) => servers.focus.stop(),
  /** It hangs with its stream open. */
  "focus-frozen": async ({ servers }) => servers.focus.freeze(),
  "focus-silent": ({ servers }) => servers.focus.behave({ requests: "silent" }),
  "focus-never-ready": ({ servers }) => servers.focus.behave({ requests: "never-ready" }),
  "focus-without-bridge": ({ servers }) => servers.focus.behave({ bridges: "none" }),
  "focus-without-offers": ({ servers }) => servers.focus.behave({ invites: "none" }),
  "focus-garbage-offers": ({ servers }) => servers.focus.behave({ invites: "garbage" }),
  "focus-wrong-fingerprint": ({ servers }) => servers.focus.behave({ fingerprint: "wrong" }),
  "focus-withholds-sources": ({ servers }) => servers.focus.behave({ sources: "withheld" }),
  /** The secure domain keeps guests out of rooms that are there. */
  "guests-refused": ({ servers }) => servers.focus.behave({ guests: "refused" }),
  /** The secure domain is none: guests open rooms. */
  "guests-open-rooms": ({ servers }) => servers.focus.behave({ guests: "may-create" }),
  "focus-unhealthy": ({ servers }) => servers.focus.behave({ health: "Health check failed" }),
  /** Row 24: no health is told, which says nothing about it. */
  "focus-health-disabled": ({ servers }) =>
    servers.focus.reconfigure(JICOFO, { "health {\n    enabled = true": "health {\n    enabled = false" }),
  /** Row 24: its HTTP listens where nobody asks. */
  "focus-http-refused": ({ firewall }) => firewall.add(["late-in tcp dport 8888 reject with tcp reset"]),
} satisfies Faults;
