/** A scrape: everything as text, in the format that is asked for. */
import type { MetricsState } from "./metrics-state.ts";

export interface Scrape {
  readonly contentType: string;
  readonly text: string;
}

/** `accept` is the request's header; Prometheus' text format unless OpenMetrics is preferred to it (RFC 9110, section 12.5.1). */
export async function renderMetrics(state: MetricsState, accept: string | undefined): Promise<Scrape> {
  // prom-client takes some 20 MB: where nobody asks it is not loaded.
  const { scrape } = await import("./scrape.ts");
  return await scrape(state, prefersOpenMetrics(accept ?? ""));
}

function prefersOpenMetrics(accept: string): boolean {
  const weights = new Map<string, number>();
  for (const range of accept.toLowerCase().split(",")) {
    const [type = "", ...parameters] = range.split(";").map((part) => part.trim());
    const weight = parameters.find((parameter) => parameter.startsWith("q="))?.slice(2);
    const value = weight === undefined ? 1 : Number(weight);
    if (!Number.isNaN(value)) weights.set(type, Math.max(weights.get(type) ?? 0, value));
  }
  const open = weights.get("application/openmetrics-text") ?? 0;
  return open > 0 && open >= (weights.get("text/plain") ?? 0);
}
