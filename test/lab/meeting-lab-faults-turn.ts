/** Faults of the relay, and of the ways to it and from it. */
import { falseClock, type Faults } from "./meeting-lab-fault.ts";
import { LAB_TURN_DOMAIN, labSecret, RELAY_PORTS } from "./meeting-lab-site.ts";

const TURN = "/etc/turnserver.conf";
const RANGE = `${RELAY_PORTS.first}-${RELAY_PORTS.last}`;

export const TURN_FAULTS = {
  /** Row 4: coturn's secret is not Prosody's. */
  "turn-secret": ({ servers }) =>
    servers.coturn.reconfigure(TURN, { [labSecret("turn-secret").reveal()]: "another-secret" }),
  /** Row 5: coturn's clock is two days ahead, so every credential has run out. */
  "turn-clock-ahead": ({ servers }) => servers.coturn.restart(falseClock("+2d")),
  "turn-realm": ({ servers }) =>
    servers.coturn.reconfigure(TURN, { [`realm=${LAB_TURN_DOMAIN}`]: "realm=other.lab.test" }),
  /** Row 6: the bridges are among the denied peers. */
  "turn-denies-bridges": ({ servers }) => {
    const allowed = servers.bridges.map(({ container }) => [`allowed-peer-ip=${container.address}\n`, ""]);
    return servers.coturn.reconfigure(TURN, Object.fromEntries(allowed));
  },
  /** The opposite: private addresses are relayed to. */
  "turn-open-relay": ({ servers }) =>
    servers.coturn.reconfigure(TURN, {
      "denied-peer-ip=10.0.0.0-10.255.255.255\n": "",
      "denied-peer-ip=169.254.0.0-169.254.255.255\n": "",
    }),
  /** Anybody gets an allocation, without a credential. */
  "turn-without-credentials": ({ servers }) =>
    servers.coturn.reconfigure(TURN, {
      "use-auth-secret\n": "no-auth\n",
      [`static-auth-secret=${labSecret("turn-secret").reveal()}\n`]: "",
    }),
  /** Row 7: on 5349 (and so on 443 under coturn's name) only; the page's certificate is good. */
  "turn-certificate-expired": async ({ servers, certificates }) => {
    await certificates.issue(LAB_TURN_DOMAIN, "volume", { fromDays: -90, untilDays: -2 });
    await servers.coturn.restart();
  },
  /** Row 7: renewed on disk, and coturn was not told. */
  "turn-certificate-not-loaded": ({ certificates }) => certificates.issue(LAB_TURN_DOMAIN, "volume"),
  /** Row 8: what anybody outside sends to relayed addresses vanishes; coturn's own way to itself is as ever. */
  "relay-range-closed": ({ firewall }) => firewall.add([`early-in iifname eth0 udp dport ${RANGE} drop`]),
  /** Nothing that is sent to a relayed address arrives, from wherever. */
  "relay-data-dropped": ({ firewall, servers }) =>
    firewall.add([`late-in ip daddr ${servers.coturn.container.address} udp dport ${RANGE} drop`]),
  /** Row 8: coturn tells another address than the one it is reached by. */
  "turn-external-address": ({ servers, addresses }) =>
    servers.coturn.reconfigure(TURN, { [`external-ip=${addresses.public}/`]: "external-ip=192.0.2.99/" }),
  "turn-quota": ({ servers }) => servers.coturn.reconfigure(TURN, { "user-quota=300": "user-quota=1" }),
  "turn-udp-dropped": ({ firewall }) => firewall.add(["early-in iifname eth0 udp dport 3478 drop"]),
  "turn-tcp-dropped": ({ firewall }) => firewall.add(["early-in iifname eth0 tcp dport 3478 drop"]),
  "turn-tls-dropped": ({ firewall }) => firewall.add(["early-in iifname eth0 tcp dport 5349 drop"]),
  "turn-stopped": ({ servers }) => servers.coturn.stop(),
  "turn-frozen": async ({ servers }) => servers.coturn.freeze(),
  /** Row 23: packets from a container to the public address do not come back in. */
  "hairpin-closed": ({ firewall, addresses }) =>
    firewall.add([`early-out ip saddr ${addresses.network} ip daddr ${addresses.public} drop`]),
} satisfies Faults;
