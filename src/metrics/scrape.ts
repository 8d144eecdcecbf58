/** One scrape by prom-client; loaded with the first. */
import { openMetricsContentType, Registry } from "prom-client";
import { exposeAgent } from "./agent-metrics.ts";
import { exposeAlerts } from "./alert-metrics.ts";
import { exposeCertificates } from "./certificate-metrics.ts";
import { exposeChecks } from "./check-metrics.ts";
import { exposeIn } from "./exposition.ts";
import type { MetricsState } from "./metrics-state.ts";
import type { Scrape } from "./render-metrics.ts";

export async function scrape(state: MetricsState, openMetrics: boolean): Promise<Scrape> {
  const registry = openMetrics ? openMetricsRegistry() : new Registry();
  const out = exposeIn(registry);
  exposeAgent(out, state);
  exposeChecks(out, state);
  exposeCertificates(out, state);
  exposeAlerts(out, state);
  return { contentType: registry.contentType, text: await registry.metrics() };
}

function openMetricsRegistry(): Registry<typeof openMetricsContentType> {
  const registry = new Registry<typeof openMetricsContentType>();
  registry.setContentType(openMetricsContentType);
  return registry;
}
