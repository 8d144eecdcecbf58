/** A histogram of what has been counted already: prom-client's own takes one observation after the other. */
import { Histogram } from "prom-client";
import type { Durations } from "./tallies.ts";

export class TalliedHistogram extends Histogram {
  readonly #name: string;
  readonly #help: string;
  readonly #durations: Durations;

  constructor(name: string, help: string, durations: Durations) {
    super({ name, help, registers: [] });
    this.#name = name;
    this.#help = help;
    this.#durations = durations;
  }

  /** What a registry asks a histogram for when it writes text (prom-client 15, lib/registry.js). */
  async getForPromString() {
    const { buckets, count, sum } = this.#durations;
    const name = this.#name;
    const bucket = (le: string, value: number) => ({ metricName: `${name}_bucket`, labels: { le }, value });
    const values = [
      ...buckets.map((one) => bucket(String(one.seconds), one.count)),
      bucket("+Inf", count),
      { metricName: `${name}_sum`, labels: {}, value: sum },
      { metricName: `${name}_count`, labels: {}, value: count },
    ];
    return { name, help: this.#help, type: "histogram", values };
  }
}
