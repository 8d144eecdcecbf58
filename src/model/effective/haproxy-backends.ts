/** The keys backends/{ssl,no-ssl}/<service> and tcp-listeners/<port>. */
import { isIPv6 } from "node:net";
import type { Finding } from "../desired-state.ts";
import { type EffectiveKv, keysBelow } from "./effective-kv.ts";
import { parsePort, parseServiceName, printable } from "./grammar.ts";
import type { HaproxyBackend, HaproxyListener, OwnBackend } from "./haproxy-view.ts";
import { rejectedKey } from "./rejected-key.ts";

interface Read<T> {
  readonly value: readonly T[];
  readonly findings: readonly Finding[];
}

const BACKENDS = "service/haproxy/backends/";
const LISTENERS = "service/haproxy/tcp-listeners/";

/** Ports haproxy.cfg itself or certbot beside it listens on. */
const TAKEN_PORTS: ReadonlySet<number> = new Set([80, 443, 6080, 8080]);

/** A service listed both with and without TLS keeps our own entry, or else the one with TLS. */
export function readBackends(
  effective: EffectiveKv,
  ownBackends: ReadonlyMap<string, OwnBackend>,
): Read<HaproxyBackend> {
  const findings: Finding[] = [];
  const accepted = new Map<string, HaproxyBackend>();
  const candidates = (["ssl/", "no-ssl/"] as const)
    .flatMap((kind) =>
      keysBelow(effective, BACKENDS + kind)
        .filter(([name]) => !name.includes("/"))
        .map(([name, { own }]) => ({ key: BACKENDS + kind + name, name, own, tls: kind === "ssl/" })),
    )
    .toSorted((a, b) => Number(b.own) - Number(a.own));
  for (const { key, name, own, tls } of candidates) {
    const service = parseServiceName(name);
    if (service === undefined) {
      findings.push(rejectedKey(key, "a service name is lower-case letters, digits and hyphens, at most 63"));
    } else if (accepted.has(service)) {
      findings.push(rejectedKey(key, `backend ${service} is already listed ${tls ? "without" : "with"} TLS`));
    } else if (!own && ownBackends.has(service)) {
      findings.push(rejectedKey(key, `${service} is one of this site's own services`));
    } else {
      accepted.set(service, { name: service, tls, endpoint: endpointOf(ownBackends.get(service)) });
    }
  }
  return { value: [...accepted.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1)), findings };
}

export function readListeners(
  effective: EffectiveKv,
  ownBackends: ReadonlyMap<string, OwnBackend>,
): Read<HaproxyListener> {
  const findings: Finding[] = [];
  const value: HaproxyListener[] = [];
  for (const [name, entry] of keysBelow(effective, LISTENERS)) {
    if (name.includes("/")) continue;
    const key = LISTENERS + name;
    const port = parsePort(name);
    const service = parseServiceName(entry.value);
    if (port === undefined) {
      findings.push(rejectedKey(key, "the key must end in a port, 1-65535"));
    } else if (TAKEN_PORTS.has(port)) {
      findings.push(rejectedKey(key, `port ${port} is the proxy's own`));
    } else if (service === undefined) {
      findings.push(rejectedKey(key, `its value ${printable(entry.value)} is not a service name`));
    } else {
      value.push({ port, service, endpoint: endpointOf(ownBackends.get(service)) });
    }
  }
  return { value: value.toSorted((a, b) => a.port - b.port), findings };
}

function endpointOf(backend: OwnBackend | undefined): string {
  if (!backend) return "";
  return isIPv6(backend.address)
    ? `[${backend.address}]:${backend.port}`
    : `${backend.address}:${backend.port}`;
}
