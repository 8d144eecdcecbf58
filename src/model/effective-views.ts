/** The typed views of the effective KV that templates are rendered from, with everything that was left out. */
import type { DesiredKey, Finding } from "./desired-state.ts";
import { type CertbotView, certbotView } from "./effective/certbot-view.ts";
import { type CoturnView, coturnView } from "./effective/coturn-view.ts";
import { effectiveKv } from "./effective/effective-kv.ts";
import { type HaproxyView, type OwnBackend, haproxyView } from "./effective/haproxy-view.ts";

export interface EffectiveViews {
  readonly haproxy: HaproxyView;
  readonly certbot: CertbotView;
  readonly coturn: CoturnView;
}

export function effectiveViews(
  foreign: ReadonlyMap<string, string>,
  ours: readonly DesiredKey[],
  ownBackends: ReadonlyMap<string, OwnBackend>,
  network: string,
): { readonly views: EffectiveViews; readonly findings: readonly Finding[] } {
  const effective = effectiveKv(foreign, ours);
  const haproxy = haproxyView(effective, { ownBackends });
  const certbot = certbotView(effective);
  const coturn = coturnView(effective, network);
  return {
    views: { haproxy: haproxy.view, certbot: certbot.view, coturn: coturn.view },
    findings: [...effective.findings, ...haproxy.findings, ...certbot.findings, ...coturn.findings],
  };
}
