/** State as metrics of one scrape; prom-client writes them. */
import { Counter, Gauge, type openMetricsContentType, type Registry } from "prom-client";
import { TalliedHistogram } from "./tallied-histogram.ts";
import type { Durations } from "./tallies.ts";

/** One series: its labels and its value. */
export type Sample<Label extends string> = readonly [labels: Readonly<Record<Label, string>>, value: number];

export interface Exposition {
  gauge<Label extends string>(
    name: string,
    help: string,
    labels: readonly Label[],
    samples: readonly Sample<Label>[],
  ): void;
  counter<Label extends string>(
    name: string,
    help: string,
    labels: readonly Label[],
    samples: readonly Sample<Label>[],
  ): void;
  histogram(name: string, help: string, durations: Durations): void;
}

type AnyRegistry = Registry<typeof openMetricsContentType> | Registry;

const PREFIX = "convene_";

/** Writes into a registry that is used for one scrape only: prom-client renames counters for OpenMetrics. */
export function exposeIn(registry: AnyRegistry): Exposition {
  const common = (name: string, help: string) => ({
    name: `${PREFIX}${name}`,
    help,
    registers: [registry],
  });
  return {
    gauge: (name, help, labels, samples) => {
      const gauge = new Gauge({ ...common(name, help), labelNames: [...labels] });
      for (const [values, value] of samples) gauge.set(values, value);
    },
    counter: (name, help, labels, samples) => {
      const counter = new Counter({ ...common(name, help), labelNames: [...labels] });
      for (const [values, value] of samples) counter.inc(values, value);
    },
    histogram: (name, help, durations) => {
      registry.registerMetric(new TalliedHistogram(`${PREFIX}${name}`, help, durations));
    },
  };
}
