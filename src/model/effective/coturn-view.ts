/** What turnserver.conf is rendered from: the effective keys below service/coturn/. */
import type { Finding } from "../desired-state.ts";
import { type EffectiveKv, keysBelow } from "./effective-kv.ts";
import { parseEmail, parseHost, parseHostPart, parsePort, printable } from "./grammar.ts";
import { rejectedKey } from "./rejected-key.ts";

export interface CoturnView {
  /** The name clients use; "" when the site has no TURN server. */
  readonly domain: string;
  readonly adminEmail: string;
  /** The server's IPv4 address in the container network; "" when no key says. */
  readonly address: string;
  readonly listeningPort: number;
  readonly tlsListeningPort: number;
  /** Relay ports, both included. */
  readonly minPort: number;
  readonly maxPort: number;
}

const PREFIX = "service/coturn/";

/** What holds where no key says otherwise: upstream.md rows 17 and 20. */
const DEFAULTS: CoturnView = {
  domain: "",
  adminEmail: "",
  address: "",
  listeningPort: 3478,
  tlsListeningPort: 5349,
  minPort: 50_000,
  maxPort: 51_000,
};

type ParseKey = (text: string) => Partial<CoturnView> | undefined;

/** Reads the contract of upstream.md row 20; a key that fails leaves its default. `network` is a CIDR. */
export function coturnView(
  effective: EffectiveKv,
  network: string,
): { readonly view: CoturnView; readonly findings: readonly Finding[] } {
  const findings: Finding[] = [];
  const parsers = parsersFor(network);
  let view = DEFAULTS;
  for (const [name, { value }] of keysBelow(effective, PREFIX)) {
    const parse = parsers.get(name);
    const parsed = parse?.(value);
    if (!parse) findings.push(rejectedKey(PREFIX + name, "the key-value contract has no such key"));
    else if (!parsed) findings.push(rejectedKey(PREFIX + name, `its value ${printable(value)} does not fit`));
    else view = { ...view, ...parsed };
  }
  if (view.minPort <= view.maxPort) return { view, findings };
  const range = `${view.minPort}-${view.maxPort}`;
  findings.push(rejectedKey(`${PREFIX}min-port`, `the relay range ${range} would end before it begins`));
  return { view: { ...view, minPort: DEFAULTS.minPort, maxPort: DEFAULTS.maxPort }, findings };
}

function parsersFor(network: string): ReadonlyMap<string, ParseKey> {
  return new Map([
    ["coturn-domain", field("domain", parseHost)],
    ["coturn-domain-admin-email", field("adminEmail", parseEmail)],
    ["ip-addr-host-part", field("address", (text) => addressOf(network, parseHostPart(text)))],
    ["listening-port", field("listeningPort", parsePort)],
    ["tls-listening-port", field("tlsListeningPort", parsePort)],
    ["min-port", field("minPort", parsePort)],
    ["max-port", field("maxPort", parsePort)],
  ]);
}

/** The address `hostPart` after the beginning of the network: 10.10.1.1/24 and 15 are 10.10.1.15. */
function addressOf(network: string, hostPart: number | undefined): string | undefined {
  const match = /^(\d+)\.(\d+)\.(\d+)\.(\d+)\/(\d+)$/.exec(network);
  if (!match || hostPart === undefined) return undefined;
  const [a = 0, b = 0, c = 0, d = 0, bits = 0] = match.slice(1).map(Number);
  const size = 2 ** (32 - bits);
  const address = ((a * 256 + b) * 256 + c) * 256 + d;
  const first = address - (address % size);
  const wanted = first + hostPart;
  return [24, 16, 8, 0].map((shift) => Math.floor(wanted / 2 ** shift) % 256).join(".");
}

function field<K extends keyof CoturnView>(
  name: K,
  parse: (text: string) => CoturnView[K] | undefined,
): ParseKey {
  return (text) => {
    const value = parse(text);
    if (value === undefined) return undefined;
    const parsed: Partial<CoturnView> = { [name]: value };
    return parsed;
  };
}
