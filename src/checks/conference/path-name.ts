/** The ways media can take to a bridge: directly, and through a relay by each transport that Prosody tells people of. */
import type { TurnTransport } from "../turn/open-turn-channel.ts";
import type { ExternalService } from "../xmpp/extdisco.ts";

export const pathNames = ["direct", "udp", "tcp", "tls", "tls-443"] as const;

export type PathName = (typeof pathNames)[number];
export type RelayPathName = Exclude<PathName, "direct">;

/** As people write it: `tls 443`. */
export function pathInWords(path: PathName): string {
  return path.replace("-", " ");
}

export interface RelayService {
  readonly service: ExternalService;
  readonly transport: TurnTransport;
  readonly port: number;
}

export interface RelayPlace {
  readonly host: string;
  readonly port: number;
  readonly transport: TurnTransport;
}

/** The first of this transport, or the first of `among`; undefined where none is told of with a credential. */
export function relayFor(
  path: RelayPathName,
  services: readonly ExternalService[],
  among?: readonly RelayPlace[],
): RelayService | undefined {
  for (const service of services) {
    const relay = relayOf(service);
    if (relay === undefined || service.password === undefined || nameOf(relay) !== path) continue;
    if (among?.some((place) => isAt(relay, place)) ?? true) return relay;
  }
  return undefined;
}

function isAt({ service, transport, port }: RelayService, place: RelayPlace): boolean {
  return service.host === place.host && transport === place.transport && port === place.port;
}

/** `turns` is TLS over TCP; its port is 5349 and that of `turn` 3478 unless said (RFC 7065 section 3.2). */
function relayOf(service: ExternalService): RelayService | undefined {
  const { type, transport = "udp" } = service;
  if (type === "turns") return { service, transport: "tls", port: service.port ?? 5349 };
  if (type !== "turn" || (transport !== "udp" && transport !== "tcp")) return undefined;
  return { service, transport, port: service.port ?? 3478 };
}

function nameOf({ transport, port }: RelayService): RelayPathName {
  return transport === "tls" && port === 443 ? "tls-443" : transport;
}
