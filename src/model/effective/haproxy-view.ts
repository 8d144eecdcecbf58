/** What haproxy.cfg is rendered from: the effective keys below service/haproxy/, checked and in their final order. */
import type { Finding } from "../desired-state.ts";
import type { EffectiveKv } from "./effective-kv.ts";
import { readBackends, readListeners } from "./haproxy-backends.ts";
import { readRules } from "./haproxy-rules.ts";
import { unknownKeys } from "./haproxy-unknown-keys.ts";

export interface HaproxyView {
  /** Denied, then redirected, then sent to a backend; each list in the order of its rules. */
  readonly denies: readonly HaproxyMatch[];
  readonly redirects: readonly HaproxyRedirect[];
  readonly routes: readonly HaproxyRoute[];
  /** Hosts of this site's own routes, which no foreign rule without a host may touch. */
  readonly ownHosts: readonly string[];
  readonly backends: readonly HaproxyBackend[];
  readonly listeners: readonly HaproxyListener[];
}

/** When a rule applies. `host` and `path` are "" for any; never both. */
export interface HaproxyMatch {
  readonly name: string;
  readonly host: string;
  readonly path: string;
  /** A foreign rule without a host: it does not apply to `ownHosts`. */
  readonly sparesOwnHosts: boolean;
}

export interface HaproxyRedirect extends HaproxyMatch {
  readonly prefix: string;
}

export interface HaproxyRoute extends HaproxyMatch {
  /** Name of an entry of `backends`. */
  readonly backend: string;
}

export interface HaproxyBackend {
  readonly name: string;
  /** The server behind it speaks TLS. */
  readonly tls: boolean;
  /** `address:port` of one of our own services; "" for a foreign one, found by SRV through Consul. */
  readonly endpoint: string;
}

/** A plain TCP port of the proxy, for the container network. */
export interface HaproxyListener {
  readonly port: number;
  readonly service: string;
  readonly endpoint: string;
}

/** Where one of our own services listens. */
export interface OwnBackend {
  readonly address: string;
  readonly port: number;
}

export interface HaproxyViewOptions {
  /** By service name, as in `backends/no-ssl/<name>`. */
  readonly ownBackends: ReadonlyMap<string, OwnBackend>;
}

/** Reads the contract of upstream.md row 18. Whatever fails its grammar is left out with a finding. */
export function haproxyView(
  effective: EffectiveKv,
  options: HaproxyViewOptions,
): { readonly view: HaproxyView; readonly findings: readonly Finding[] } {
  const backends = readBackends(effective, options.ownBackends);
  const listeners = readListeners(effective, options.ownBackends);
  const rules = readRules(effective, new Set(backends.value.map((backend) => backend.name)));
  return {
    view: { ...rules.value, backends: backends.value, listeners: listeners.value },
    findings: [...unknownKeys(effective), ...backends.findings, ...listeners.findings, ...rules.findings],
  };
}
