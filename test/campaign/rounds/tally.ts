/** How often each check ran, how long it took, and how it failed. */
import type { CheckResult } from "../../../src/checks/check.ts";
import { alignColumns } from "../../../src/cli/columns.ts";
import { median } from "../../bench/median.ts";

export interface Tally {
  count(result: CheckResult, milliseconds: number): void;
  /** One row a check, in the order of their first runs. */
  table(): readonly string[];
  /** Of checks that ran, and of those that did not say `ok`. */
  readonly runs: number;
  readonly failures: number;
}

interface Row {
  readonly kind: string;
  readonly times: number[];
  readonly reasons: Map<string, number>;
}

export function createTally(): Tally {
  const rows = new Map<string, Row>();
  let runs = 0;
  let failures = 0;
  return {
    count: ({ name, kind, reason }, milliseconds) => {
      const row: Row = rows.get(name) ?? { kind, times: [], reasons: new Map() };
      rows.set(name, row);
      row.times.push(milliseconds);
      runs += 1;
      if (reason === "ok") return;
      failures += 1;
      row.reasons.set(reason, (row.reasons.get(reason) ?? 0) + 1);
    },
    table: () =>
      alignColumns([
        ["check", "kind", "runs", "failures", "median", "p95", "worst"],
        ...[...rows].map(([name, row]) => [name, row.kind, ...figures(row)]),
      ]),
    get runs() {
      return runs;
    },
    get failures() {
      return failures;
    },
  };
}

function figures({ times, reasons }: Row): readonly string[] {
  const sorted = times.toSorted((left, right) => left - right);
  const at = (share: number): number => sorted[Math.ceil(share * sorted.length) - 1] ?? 0;
  const failed = [...reasons].map(([reason, count]) => `${count} ${reason}`).join(", ");
  const inMilliseconds = [median(times), at(0.95), at(1)].map((value) => `${value.toFixed(0)} ms`);
  return [String(times.length), failed || "0", ...inMilliseconds];
}
