/** What to ask of the servers a site announces: each address and transport once. */
import type { ExternalService } from "../../checks/xmpp/extdisco.ts";
import type { TurnCredential } from "../../checks/stun/credentials.ts";

export type RelayWish = StunWish | TurnWish;

interface StunWish {
  readonly kind: "stun";
  readonly host: string;
  readonly port: number;
}

export interface TurnWish {
  readonly kind: "turn";
  readonly host: string;
  readonly port: number;
  readonly transport: TurnTransport;
  readonly credential: TurnCredential;
}

type TurnTransport = "udp" | "tcp" | "tls";

export interface RelayWishes {
  readonly wishes: readonly RelayWish[];
  /** Announced without user name or password. */
  readonly bare: readonly ExternalService[];
  /** Ways that no browser takes, such as DTLS. */
  readonly exotic: readonly ExternalService[];
}

/** Ports of RFC 7064 and RFC 7065, where none is announced. */
const PLAIN_PORT = 3478;
const TLS_PORT = 5349;
/** Of one site; a server could announce thousands. */
const MOST_WISHES = 16;

export function relayWishes(services: readonly ExternalService[]): RelayWishes {
  const wishes = new Map<string, RelayWish>();
  const bare: ExternalService[] = [];
  const exotic: ExternalService[] = [];
  for (const service of services) {
    if (service.type === "stun") {
      const { host, port = PLAIN_PORT } = service;
      wishes.set(`stun ${host} ${port}`, { kind: "stun", host, port });
      continue;
    }
    const transport = transportOf(service);
    if (transport === undefined) exotic.push(service);
    else if (service.username === undefined || service.password === undefined) bare.push(service);
    else {
      const { host, port = transport === "tls" ? TLS_PORT : PLAIN_PORT, username, password } = service;
      const credential = { username, password };
      wishes.set(`turn ${host} ${port} ${transport}`, { kind: "turn", host, port, transport, credential });
    }
  }
  return { wishes: [...wishes.values()].slice(0, MOST_WISHES), bare, exotic };
}

/** Without a transport UDP is meant for `turn`, TCP for `turns` (RFC 7065 section 3.2). */
function transportOf({ type, transport }: ExternalService): TurnTransport | undefined {
  if (type === "turn" && (transport === undefined || transport === "udp")) return "udp";
  if (type === "turn" && transport === "tcp") return "tcp";
  return type === "turns" && (transport === undefined || transport === "tcp") ? "tls" : undefined;
}

/** `udp`, `tls 443`: the port only where it is not the usual one. */
export function nameOfWish(wish: RelayWish): string {
  if (wish.kind === "stun") return wish.port === PLAIN_PORT ? "stun" : `stun ${wish.port}`;
  const usual = wish.transport === "tls" ? TLS_PORT : PLAIN_PORT;
  return wish.port === usual ? wish.transport : `${wish.transport} ${wish.port}`;
}
