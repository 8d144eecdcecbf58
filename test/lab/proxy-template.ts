/** Renders the catalogue's files that hold effective keys, for a site that does not exist. */
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { effectiveViews, type EffectiveViews } from "../../src/model/effective-views.ts";
import type { OwnBackend } from "../../src/model/effective/haproxy-view.ts";
import { createTemplateEngine, type TemplateVariables } from "../../src/model/templates.ts";

export interface KeysOfTwo {
  readonly foreign?: ReadonlyMap<string, string>;
  readonly own?: Readonly<Record<string, string>>;
  readonly ownBackends?: ReadonlyMap<string, OwnBackend>;
  readonly network?: string;
}

const CATALOGUE = fileURLToPath(new URL("../../manifests/", import.meta.url));

/** What the model computes from the keys of others and of the site. */
export function viewsOf(keys: KeysOfTwo): EffectiveViews {
  const ours = Object.entries(keys.own ?? {}).map(([key, value]) => ({ key, value }));
  const network = keys.network ?? "10.10.1.1/24";
  return effectiveViews(keys.foreign ?? new Map(), ours, keys.ownBackends ?? new Map(), network).views;
}

/** A template's source, as `proxy/haproxy.cfg.liquid`. */
export function readTemplate(name: string): Promise<string> {
  return readFile(CATALOGUE + name, "utf8");
}

/** The variables of a template (manifests/README.md) that the files with effective keys use. */
export function templateVariables(effective: EffectiveViews): TemplateVariables {
  return {
    effective,
    site: { publicIpv4: "203.0.113.10", publicIpv6: "" },
    self: { ipv4: "10.10.1.10" },
    containers: {
      proxy: { ipv4: "10.10.1.10", ipv6: "" },
      turn: { ipv4: "10.10.1.15", ipv6: "" },
    },
    groups: { jitsi: [] },
    consul: { dns: "127.0.0.1:8600", domain: "ryo" },
    parameters: { maxConnections: 1000, hstsMaxAgeSeconds: 31_536_000 },
    secrets: { "turn-secret": "secret" },
  };
}

/** haproxy.cfg as the model renders it, escaping included. */
export async function renderHaproxy(keys: KeysOfTwo): Promise<string> {
  const name = "proxy/haproxy.cfg.liquid";
  const variables = templateVariables(viewsOf(keys));
  return createTemplateEngine().render(name, await readTemplate(name), "haproxy", variables);
}
