/** The shape of every check and its result. */

/** One step of a check with its duration. */
export interface Phase {
  readonly name: string;
  readonly milliseconds: number;
}

export interface CheckResult {
  /** The check's name in the manifests: `turn-udp`. */
  readonly name: string;
  readonly kind: string;
  readonly target: string;
  readonly ok: boolean;
  /** From the kind's closed list; `ok` when it is. */
  readonly reason: string;
  /** One sentence with the other side's own words. */
  readonly message: string;
  /** Names the file or setting to change; present on every failure. */
  readonly hint?: string;
  readonly severity: "ok" | "info" | "warning" | "critical";
  readonly phases: readonly Phase[];
  /** Trimmed proof: a certificate's dates, a response code, a stanza. Never a secret. */
  readonly evidence: Readonly<Record<string, string | number | boolean>>;
  /** Milliseconds since the epoch. */
  readonly checkedAt: number;
}

/** What a check may use. A check never reads the clock, the network interfaces or the environment by itself. */
export interface CheckContext {
  readonly clock: { now(): number };
  readonly signal: AbortSignal;
  /** A line of the conversation, printed by `convene check NAME --verbose`. */
  readonly transcript: (line: string) => void;
  /** PEM roots trusted beside the system's own (the lab's ACME server has its own). */
  readonly extraRoots: readonly string[];
}
