/** What an alert is. Its identity is name and subject, never its text: a changed message is still the same trouble. */

export type Severity = "critical" | "warning";

/** Something that is wrong at the moment it was looked at. */
export interface Problem {
  /** What kind of trouble: `CheckFailing`, `ContainerDown`, `ReconcileFailing`, or the reason of a finding. */
  readonly name: string;
  /** The check, object or site it is about. */
  readonly subject: string;
  readonly severity: Severity;
  readonly reason: string;
  readonly message: string;
  /** What to do next. */
  readonly hint?: string;
  readonly evidence: Readonly<Record<string, string>>;
  /** What it takes down: `conference`, `turn-tls`. */
  readonly also?: readonly string[];
  /** When it began, if that is known better than by the first look. */
  readonly since?: number;
  /** When it was looked at, milliseconds since the epoch; the same look seen twice counts once. */
  readonly observedAt: number;
  /** Looks in a row that must find it before anybody is told. */
  readonly confirmations: number;
}

/** Everything that one status says. */
export interface Observation {
  readonly problems: readonly Problem[];
  /** Whether a problem that is not in the list is known to be over, rather than not looked at. */
  readonly isOver: (problem: Problem) => boolean;
  /** Whether somebody still looks at what it is about. */
  readonly isWatched: (problem: Problem) => boolean;
  readonly site: string;
  readonly url: string;
}

export type NotificationKind = "firing" | "changed" | "repeated" | "resolved";

/** One thing to tell. */
export interface Notification {
  readonly kind: NotificationKind;
  readonly name: string;
  readonly subject: string;
  readonly severity: Severity;
  readonly reason: string;
  readonly message: string;
  readonly hint?: string;
  readonly evidence: Readonly<Record<string, string>>;
  readonly also?: readonly string[];
  readonly site: string;
  /** Where the site opens, or empty. */
  readonly url: string;
  /** Milliseconds since the epoch; `endsAt` on `resolved` only. */
  readonly startsAt: number;
  readonly endsAt?: number;
  readonly at: number;
}

/** The memory of one problem between looks. */
export interface Tracked {
  readonly problem: Problem;
  readonly since: number;
  /** Looks in a row that found it. */
  readonly looks: number;
  readonly lastSeenAt: number;
  /** Absent while nobody has been told. */
  readonly told?: {
    readonly at: number;
    readonly severity: Severity;
    /** Reason → when it was last told. */
    readonly reasons: Readonly<Record<string, number>>;
  };
}

export type TrackedAlerts = ReadonlyMap<string, Tracked>;

export function identityOf(alert: { readonly name: string; readonly subject: string }): string {
  return `${alert.name} ${alert.subject}`;
}
