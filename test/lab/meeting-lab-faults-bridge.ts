/** Faults of the bridges, each of all of them, and of the way to their media ports. */
import type { Faults } from "./meeting-lab-fault.ts";
import type { LabServers } from "./meeting-lab-servers.ts";
import { labSecret } from "./meeting-lab-site.ts";

const JVB = "/etc/jitsi/videobridge/jvb.conf";
const MEDIA_PORTS = "10000-10008";

export const BRIDGE_FAULTS = {
  /** Row 1: nothing but the container's own address in the candidates. */
  "bridge-private-only": ({ servers }) => behave(servers, { candidates: "private-only" }),
  "bridge-wrong-port": ({ servers }) => behave(servers, { candidates: "wrong-port" }),
  "bridge-without-candidates": ({ servers }) => behave(servers, { candidates: "none" }),
  /** Row 2: packets to the media port vanish, as in a firewall that drops. */
  "media-port-dropped": ({ firewall }) =>
    firewall.add([`early-in iifname eth0 udp dport ${MEDIA_PORTS} drop`]),
  /** Row 2: as in a firewall that refuses. */
  "media-port-refused": ({ firewall }) => firewall.add([`late-in udp dport ${MEDIA_PORTS} reject`]),
  /** The port answers nobody, though the bridge is well. */
  "bridge-media-silent": ({ servers }) => behave(servers, { media: "silent" }),
  /** ICE connects, and DTLS does not. */
  "bridge-without-dtls": ({ servers }) => behave(servers, { media: "checks-only" }),
  "bridge-wrong-fingerprint": ({ servers }) => behave(servers, { fingerprint: "another" }),
  /** Everybody connects and hears nobody. */
  "bridge-forwards-nothing": ({ servers }) => behave(servers, { forwarding: "off" }),
  "bridge-forwards-one-way": ({ servers }) => behave(servers, { forwarding: "one-way" }),
  "bridge-loses-packets": ({ servers }) => behave(servers, { lossPercent: 30 }),
  "bridge-drops-after-5s": ({ servers }) => behave(servers, { dropAfterSeconds: 5 }),
  /** Row 23 needs it: relayed media then has only the public address to go to. */
  "bridge-public-only": ({ servers }) =>
    reconfigure(servers, { "advertise-private-candidates = true": "advertise-private-candidates = false" }),
  /** Row 3. */
  "bridge-unhealthy": ({ servers }) =>
    behave(servers, { health: 500, healthReason: "No valid IP addresses available for harvesting." }),
  /** Row 19, in jicoco's words (HealthChecker.kt, `sticky-failures`). */
  "bridge-sticky-failure": ({ servers }) => behave(servers, { health: 500, healthReason: "Sticky failure." }),
  /** Rows 9 and 10: Prosody does not let the bridge in. */
  "bridge-password": ({ servers }) =>
    reconfigure(servers, { [labSecret("jvb-password").reveal()]: "another-password" }),
  /** Row 13: healthy, logged in, and in a brewery that nobody looks into. */
  "bridge-other-brewery": ({ servers }) => reconfigure(servers, { "jvbbrewery@": "otherbrewery@" }),
  /** Row 17: one of two pushes the other out of the brewery. A lab with one bridge stays well. */
  "bridge-same-nickname": ({ servers }) => behave(servers, { nickname: "bridge-1" }),
  /** Row 18. */
  "bridge-draining": ({ servers }) => behave(servers, { drain: true }),
  "bridge-shutting-down": ({ servers }) => behave(servers, { gracefulShutdown: true }),
  "bridge-refuses": ({ servers }) => behave(servers, { allocationRefusal: "no room left" }),
  "bridge-slow": ({ servers }) => behave(servers, { allocationDelayMs: 20_000 }),
  "bridge-garbage": ({ servers }) => behave(servers, { answers: "garbage" }),
  "bridge-endless": ({ servers }) => behave(servers, { answers: "endless" }),
  /** Row 20: the bridge channel is offered and refused. */
  "bridge-channel-refused": ({ servers }) => behave(servers, { webSockets: "closed" }),
  "bridge-stopped": ({ servers }) => Promise.all(servers.bridges.map((bridge) => bridge.stop())),
  "bridge-frozen": async ({ servers }) => servers.bridges.forEach((bridge) => bridge.freeze()),
} satisfies Faults;

function behave({ bridges }: LabServers, behaviour: Readonly<Record<string, unknown>>): Promise<unknown> {
  return Promise.all(bridges.map((bridge) => bridge.behave(behaviour)));
}

function reconfigure({ bridges }: LabServers, changes: Readonly<Record<string, string>>): Promise<unknown> {
  return Promise.all(bridges.map((bridge) => bridge.reconfigure(JVB, changes)));
}
