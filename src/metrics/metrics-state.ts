/** What a scrape is made of: how things are at this moment, and what has been counted since the agent began. */
import type { Status } from "../status/status.ts";
import type { ProcessFigures } from "../system/process-figures.ts";
import type { TallyValues } from "./tallies.ts";

export interface MetricsState {
  readonly version: string;
  readonly status: Status;
  readonly tallies: TallyValues;
  readonly alerts: AlertFigures;
  readonly process: ProcessFigures;
}

export interface AlertFigures {
  readonly alerts: readonly {
    readonly name: string;
    readonly severity: string;
    /** Pending: nobody has been told yet. */
    readonly state: "pending" | "firing";
  }[];
  readonly deliveries: readonly {
    readonly receiver: string;
    /** Messages taken, and attempts that failed. */
    readonly sent: number;
    readonly failed: number;
  }[];
}
