/** One thing looked at on the machine underneath, good or bad. */
import type { Evidence, Severity } from "../check.ts";
import type { HostReason } from "./host-reasons.ts";

export interface HostFinding {
  /** `dns meet.example.org`, `port tcp/443`, `disk /var/lib/lxd`. */
  readonly subject: string;
  readonly reason: HostReason | "ok";
  readonly message: string;
  readonly evidence?: Evidence;
  /** Overrides the reason's own. */
  readonly severity?: Severity;
}
