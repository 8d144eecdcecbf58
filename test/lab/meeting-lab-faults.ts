/** The faults that the meeting lab can have: each changes one thing, as it goes wrong on real hosts. */
import type { LabFirewall } from "./meeting-lab-network.ts";
import type { LabCertificates } from "./meeting-lab-certificates.ts";
import type { LabServers } from "./meeting-lab-servers.ts";
import { LAB_DOMAIN, LAB_TURN_DOMAIN, labSecret, RELAY_PORTS } from "./meeting-lab-site.ts";
import type { LabAddresses } from "./meeting-lab-slot.ts";

export interface FaultyParts {
  readonly servers: LabServers;
  readonly certificates: LabCertificates;
  readonly firewall: LabFirewall;
  readonly addresses: LabAddresses;
}

type Fault = (parts: FaultyParts) => Promise<unknown>;

const TURN = "/etc/turnserver.conf";
const PROSODY = "/etc/prosody/prosody.cfg.lua";
const NGINX = "/etc/nginx/nginx.conf";
const HAPROXY = "/etc/haproxy/haproxy.cfg";
const JICOFO = "/etc/jitsi/jicofo/jicofo.conf";
const JVB = "/etc/jitsi/videobridge/jvb.conf";
const RANGE = `${RELAY_PORTS.first}-${RELAY_PORTS.last}`;
const FAKETIME = "/usr/$LIB/faketime/libfaketimeMT.so.1";

const FAULTS = {
  // The bridge.
  /** Row 1: nothing but the container's own address in the candidates. */
  "bridge-private-only": ({ servers }) => every(servers, { candidates: "private-only" }),
  /** Row 2: packets to the media port vanish, as in a firewall that drops. */
  "media-port-dropped": ({ firewall }) =>
    firewall.replace(["early-in iifname eth0 udp dport 10000-10008 drop"]),
  /** Row 2: as in a firewall that refuses. */
  "media-port-refused": ({ firewall }) => firewall.replace(["late-in udp dport 10000-10008 reject"]),
  /** Row 3. */
  "bridge-unhealthy": ({ servers }) =>
    every(servers, { health: 500, healthReason: "No valid IP addresses available for harvesting." }),
  /** Rows 9 and 10: the bridge is not let in by Prosody. */
  "bridge-password": ({ servers }) =>
    Promise.all(
      servers.bridges.map((bridge) =>
        bridge.reconfigure(JVB, { [labSecret("jvb-password").reveal()]: "another-password" }),
      ),
    ),
  /** Row 13: healthy, logged in, and in a brewery that nobody looks into. */
  "bridge-other-brewery": ({ servers }) =>
    Promise.all(servers.bridges.map((bridge) => bridge.reconfigure(JVB, { "jvbbrewery@": "otherbrewery@" }))),
  "bridge-stopped": ({ servers }) => Promise.all(servers.bridges.map((bridge) => bridge.stop())),
  "bridge-frozen": async ({ servers }) => servers.bridges.forEach((bridge) => bridge.freeze()),

  // The relay.
  /** Row 4: coturn's secret is not Prosody's. */
  "turn-secret": ({ servers }) =>
    servers.coturn.reconfigure(TURN, { [labSecret("turn-secret").reveal()]: "another-secret" }),
  /** Row 5: coturn's clock is two days ahead, so every credential has run out. */
  "turn-clock-ahead": ({ servers }) =>
    servers.coturn.restart({ LD_PRELOAD: FAKETIME, FAKETIME: "+2d", FAKETIME_DONT_FAKE_MONOTONIC: "1" }),
  /** Row 6: the bridges are among the denied peers. */
  "turn-denies-bridges": ({ servers }) =>
    servers.coturn.reconfigure(
      TURN,
      Object.fromEntries(
        servers.bridges.map(({ container }) => [`allowed-peer-ip=${container.address}\n`, ""]),
      ),
    ),
  /** The opposite: private addresses are relayed to. */
  "turn-open-relay": ({ servers }) =>
    servers.coturn.reconfigure(TURN, {
      "denied-peer-ip=10.0.0.0-10.255.255.255\n": "",
      "denied-peer-ip=169.254.0.0-169.254.255.255\n": "",
    }),
  /** Row 7: on 5349 (and so on 443 under coturn's name) only; the page's certificate is good. */
  "turn-certificate-expired": async ({ servers, certificates }) => {
    await certificates.issue(LAB_TURN_DOMAIN, "volume", { fromDays: -90, untilDays: -2 });
    await servers.coturn.restart();
  },
  /** Row 8: what anybody outside sends to relayed addresses vanishes; coturn's own way to itself is as ever. */
  "relay-range-closed": ({ firewall }) => firewall.replace([`early-in iifname eth0 udp dport ${RANGE} drop`]),
  /** Nothing that is sent to a relayed address arrives, from wherever. */
  "relay-data-dropped": ({ firewall, servers }) =>
    firewall.replace([`late-in ip daddr ${servers.coturn.container.address} udp dport ${RANGE} drop`]),
  /** Row 8: coturn tells another address than the one it is reached by. */
  "turn-external-address": ({ servers, addresses }) =>
    servers.coturn.reconfigure(TURN, { [`external-ip=${addresses.public}/`]: "external-ip=192.0.2.99/" }),
  "turn-quota": ({ servers }) => servers.coturn.reconfigure(TURN, { "user-quota=300": "user-quota=1" }),
  "turn-udp-dropped": ({ firewall }) => firewall.replace(["early-in iifname eth0 udp dport 3478 drop"]),
  "turn-tcp-dropped": ({ firewall }) => firewall.replace(["early-in iifname eth0 tcp dport 3478 drop"]),
  "turn-tls-dropped": ({ firewall }) => firewall.replace(["early-in iifname eth0 tcp dport 5349 drop"]),
  "turn-stopped": ({ servers }) => servers.coturn.stop(),
  /** Row 23: packets from a container to the public address do not come back in. */
  "hairpin-closed": ({ firewall, addresses }) =>
    firewall.replace([`early-out ip saddr ${addresses.network} ip daddr ${addresses.public} drop`]),

  // The page and the way to Prosody.
  "page-certificate-expired": async ({ servers, certificates }) => {
    await certificates.issue(LAB_DOMAIN, "both", { fromDays: -90, untilDays: -2 });
    await servers.haproxy.restart();
  },
  /** The certificate on disk is new and nobody told HAProxy. */
  "page-certificate-not-loaded": ({ certificates }) => certificates.issue(LAB_DOMAIN, "volume"),
  /** Row 11, in nginx. */
  "websocket-not-proxied": ({ servers }) =>
    servers.nginx.reconfigure(NGINX, { "location = /xmpp-websocket {": "location = /other-websocket {" }),
  /** Row 11, as a proxy does that knows no upgrades. */
  "websocket-not-upgraded": ({ servers }) =>
    servers.nginx.reconfigure(NGINX, {
      "proxy_set_header Upgrade $http_upgrade;": 'proxy_set_header Upgrade "";',
    }),
  /** Row 11, in HAProxy. */
  "websocket-denied": ({ servers }) =>
    servers.haproxy.reconfigure(HAPROXY, {
      "  http-request set-header X-SSL 1\n":
        "  http-request set-header X-SSL 1\n  http-request deny deny_status 403 if { path /xmpp-websocket }\n",
    }),
  "page-stopped": ({ servers }) => servers.nginx.stop(),
  "proxy-stopped": ({ servers }) => servers.haproxy.stop(),

  // Prosody.
  "prosody-stopped": ({ servers }) => servers.prosody.stop(),
  "prosody-frozen": async ({ servers }) => servers.prosody.freeze(),
  /** Row 12. */
  "guest-host-missing": ({ servers }) =>
    servers.prosody.reconfigure(PROSODY, {
      [`VirtualHost "guest.${LAB_DOMAIN}"`]: `VirtualHost "other.${LAB_DOMAIN}"`,
    }),
  /** Row 16, as when Prosody cannot load the module. */
  "focus-component-missing": ({ servers }) =>
    servers.prosody.reconfigure(PROSODY, {
      [`Component "focus.${LAB_DOMAIN}"`]: `Component "other.${LAB_DOMAIN}"`,
    }),
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

  // jicofo.
  /** As when it hangs with its stream open. */
  "focus-silent": ({ servers }) => servers.focus.behave({ requests: "silent" }),
  "focus-never-ready": ({ servers }) => servers.focus.behave({ requests: "never-ready" }),
  /** Row 14: Prosody did not make it an owner. */
  "focus-not-owner": ({ servers }) => servers.focus.behave({ ownership: "none" }),
  /** Row 13, as the focus sees it. */
  "focus-without-bridge": ({ servers }) => servers.focus.behave({ bridges: "none" }),
  "focus-without-offers": ({ servers }) => servers.focus.behave({ invites: "none" }),
  "focus-garbage-offers": ({ servers }) => servers.focus.behave({ invites: "garbage" }),
  "focus-wrong-fingerprint": ({ servers }) => servers.focus.behave({ fingerprint: "wrong" }),
  "focus-withholds-sources": ({ servers }) => servers.focus.behave({ sources: "withheld" }),
  /** The secure domain keeps guests out of rooms that are there. */
  "guests-refused": ({ servers }) => servers.focus.behave({ guests: "refused" }),
  /** The secure domain is none: guests open rooms. */
  "guests-open-rooms": ({ servers }) => servers.focus.behave({ guests: "may-create" }),
  "focus-unhealthy": ({ servers }) => servers.focus.behave({ health: "No operational bridges available" }),
  /** Row 10. */
  "focus-password": ({ servers }) =>
    servers.focus.reconfigure(JICOFO, { [labSecret("focus-password").reveal()]: "another-password" }),
  /** Row 15. */
  "focus-stopped": ({ servers }) => servers.focus.stop(),
  "focus-frozen": async ({ servers }) => servers.focus.freeze(),
  /** Row 24: no health is told, which says nothing about it. */
  "focus-health-disabled": ({ servers }) =>
    servers.focus.reconfigure(JICOFO, { "health {\n    enabled = true": "health {\n    enabled = false" }),
} satisfies Readonly<Record<string, Fault>>;

export type FaultName = keyof typeof FAULTS;

export async function applyFault(name: FaultName, parts: FaultyParts): Promise<void> {
  const fault: Fault = FAULTS[name];
  await fault(parts);
}

function every(servers: LabServers, behaviour: Readonly<Record<string, unknown>>): Promise<unknown> {
  return Promise.all(servers.bridges.map((bridge) => bridge.behave(behaviour)));
}
