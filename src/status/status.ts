/** The state of the agent as operators and scripts read it (`convene status --json`). */
import type { Finding } from "../model/desired-state.ts";
import type { Blocked } from "../plan/action.ts";
import type { ErrorReport } from "../system/errors.ts";
import type { CheckStatus } from "./check-status.ts";

/** Kubernetes-style condition; `Reconciling` and `Stalled` are present only while they are True. */
export interface Condition {
  readonly type: "Ready" | "Reconciling" | "Stalled" | "Suspended" | "CertificatesTrusted" | "FetchFailed";
  readonly status: "True" | "False" | "Unknown";
  readonly reason: string;
  readonly message: string;
  /** ISO 8601. */
  readonly lastTransitionTime: string;
}

export interface Status {
  readonly site: string | null;
  readonly conditions: readonly Condition[];
  /** Revision last tried, last fully applied, and last proven by the checks. */
  readonly revision: {
    readonly attempted: string | null;
    readonly applied: string | null;
    readonly healthy: string | null;
  };
  readonly lastPass: {
    readonly finishedAt: string;
    readonly milliseconds: number;
    readonly actions: number;
  } | null;
  readonly objects: readonly ObjectStatus[];
  readonly checks: readonly CheckStatus[];
  readonly findings: readonly Finding[];
  readonly blocked: readonly Blocked[];
  readonly errors: readonly ErrorReport[];
  readonly url: string | null;
}

/** A row of the table "what runs where". */
export interface ObjectStatus {
  readonly name: string;
  readonly component: string;
  readonly state: "running" | "stopped" | "missing" | "error";
  readonly address: string;
  readonly image: string;
  readonly ports: readonly string[];
  /** Catalogue labels worth showing, such as `lab` for a stand-in. */
  readonly labels: readonly string[];
}
