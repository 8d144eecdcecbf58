/** What `convene doctor` found, as data: the shape that `--json` prints and that stays. */
import type { CheckResult, Evidence } from "../checks/check.ts";

/** Grows only by new fields and new values; a change of meaning is another number. */
export const REPORT_FORMAT = "convene-doctor/1";

export interface DoctorReport {
  readonly format: typeof REPORT_FORMAT;
  /** The host name or address that was asked about. */
  readonly domain: string;
  readonly port: number;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  readonly milliseconds: number;
  readonly verdict: Verdict;
  /** One sentence that says it all. */
  readonly headline: string;
  /** The first rung with a finding; absent when there is none. */
  readonly since?: RungName;
  /** In the order of the ladder, each at most once. */
  readonly rungs: readonly Rung[];
}

export type Verdict =
  /** Every rung was asked and is good. */
  | "works"
  /** What could be asked is good. */
  | "partly_seen"
  /** Something is wrong; `headline` and `since` say what. */
  | "findings"
  /** Something else than a Jitsi Meet answers. */
  | "not_jitsi"
  /** Stopped, or this machine has no network: nothing is known of the site. */
  | "unknown";

/** The ladder: nobody can use a rung above a broken one. */
export const RUNG_NAMES = [
  "name",
  "port",
  "certificate",
  "page",
  "signaling",
  "login",
  "services",
  "relay",
  "room",
  "media",
] as const;

export type RungName = (typeof RUNG_NAMES)[number];

export type Rung = AskedRung | SkippedRung;

export interface AskedRung {
  readonly name: RungName;
  /** `warning`: people can meet all the same, for now. */
  readonly state: "ok" | "warning" | "failed";
  /** What people notice of a rung that failed: `Guests cannot come in at meet.example.org`. */
  readonly consequence?: string;
  /** What was found, in one line. */
  readonly summary: string;
  readonly findings: readonly Finding[];
  /** Parts that were left out and why, and what is worth knowing but no finding. */
  readonly notes: readonly string[];
  /** The checks behind it, as the agent's own. */
  readonly checks: readonly CheckResult[];
  readonly milliseconds: number;
}

export interface SkippedRung {
  readonly name: RungName;
  readonly state: "not_asked";
  /** Goes on after "not asked, because". */
  readonly because: string;
}

export interface Finding {
  /** snake_case, from the closed list of the check's kind or of the rung. */
  readonly reason: string;
  readonly severity: "warning" | "critical";
  /** What is concerned: `turn.example.org:5349/tls`. */
  readonly target: string;
  readonly message: string;
  /** What to change, for any Jitsi. */
  readonly advice: string;
  readonly evidence: Evidence;
}
