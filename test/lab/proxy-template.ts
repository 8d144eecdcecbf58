/** Renders templates of the catalogue for tests of effective keys, with values of a site that does not exist. */
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { Liquid } from "liquidjs";
import type { CertbotView } from "../../src/model/effective/certbot-view.ts";
import type { CoturnView } from "../../src/model/effective/coturn-view.ts";
import type { HaproxyView } from "../../src/model/effective/haproxy-view.ts";

export interface EffectiveViews {
  readonly haproxy: HaproxyView;
  readonly certbot: CertbotView;
  readonly coturn: CoturnView;
}

export type RenderTemplate = (component: string, template: string, effective: EffectiveViews) => string;

const CATALOGUE = fileURLToPath(new URL("../../manifests/", import.meta.url));

const SITE = {
  site: { publicIpv4: "203.0.113.10", publicIpv6: "" },
  self: { ipv4: "10.10.1.10" },
  containers: {
    consul: { ipv4: "127.0.0.1", ipv6: "" },
    proxy: { ipv4: "10.10.1.10", ipv6: "" },
    turn: { ipv4: "10.10.1.15", ipv6: "" },
  },
  groups: { jitsi: [] },
  components: { consul: { parameters: { domain: "ryo" } } },
  parameters: { maxConnections: 1000, hstsMaxAgeSeconds: 31_536_000 },
  secrets: { "turn-secret": "secret" },
};

/**
 * A renderer without any escaping, so that what it shows holds by the grammar of the keys alone.
 * The named templates are read once, as `component/template`.
 */
export async function catalogueRenderer(names: readonly string[]): Promise<RenderTemplate> {
  const liquid = new Liquid({ strictVariables: true, strictFilters: true });
  const templates = new Map(
    await Promise.all(
      names.map(async (name) => [name, liquid.parse(await readFile(CATALOGUE + name, "utf8"))] as const),
    ),
  );
  return (component, template, effective) => {
    const parsed = templates.get(`${component}/${template}`);
    if (!parsed) throw new Error(`${component}/${template} was not read`);
    return String(liquid.renderSync(parsed, { ...SITE, effective }));
  };
}
