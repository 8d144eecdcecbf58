/** Decides what to tell: on the edge of trouble and of recovery, now and then in between. Pure. */
import type {
  Notification,
  NotificationKind,
  Observation,
  Problem,
  Tracked,
  TrackedAlerts,
} from "./alert.ts";
import { identityOf } from "./alert.ts";

export interface AlertRules {
  /** Nothing new is told before this moment: the host may have just started. Milliseconds since the epoch. */
  readonly graceUntil: number;
  /** Milliseconds after which the same trouble is told again. */
  readonly repeatMs: number;
  /** What nobody looks at any more is over after this many milliseconds. */
  readonly forgetMs: number;
}

export interface Evaluation {
  readonly tracked: TrackedAlerts;
  readonly notifications: readonly Notification[];
}

interface Moment {
  readonly now: number;
  readonly rules: AlertRules;
  readonly observation: Observation;
}

export function evaluate(
  previous: TrackedAlerts,
  observation: Observation,
  now: number,
  rules: AlertRules,
): Evaluation {
  const moment = { now, rules, observation };
  const tracked = new Map<string, Tracked>();
  const notifications: Notification[] = [];
  for (const problem of observation.problems) {
    const id = identityOf(problem);
    const current = seen(tracked.get(id) ?? previous.get(id), problem, now);
    const kind = kindToTell(current, moment);
    tracked.set(id, kind ? withTold(current, now) : current);
    if (kind) notifications.push(notification(kind, current, moment));
  }
  for (const [id, old] of previous) {
    if (tracked.has(id)) continue;
    if (!isOver(old, moment)) tracked.set(id, old);
    else if (old.told) notifications.push({ ...notification("resolved", old, moment), endsAt: now });
  }
  return { tracked, notifications };
}

function seen(before: Tracked | undefined, problem: Problem, now: number): Tracked {
  if (!before) return { problem, since: problem.since ?? problem.observedAt, looks: 1, lastSeenAt: now };
  // Not the later one: the clock may have been set back.
  const isNew = problem.observedAt !== before.problem.observedAt;
  return { ...before, problem, looks: before.looks + (isNew ? 1 : 0), lastSeenAt: now };
}

function kindToTell(tracked: Tracked, { now, rules }: Moment): NotificationKind | undefined {
  const { problem, told } = tracked;
  if (told) {
    if (problem.severity === "critical" && told.severity === "warning") return "changed";
    const reasonTold = told.reasons[problem.reason];
    if (reasonTold === undefined || now - reasonTold >= rules.repeatMs) {
      return reasonTold === undefined ? "changed" : "repeated";
    }
    return undefined;
  }
  return tracked.looks < problem.confirmations || now < rules.graceUntil ? undefined : "firing";
}

function isOver({ problem, lastSeenAt }: Tracked, { now, rules, observation }: Moment): boolean {
  if (observation.isOver(problem)) return true;
  return !observation.isWatched(problem) && now - lastSeenAt >= rules.forgetMs;
}

/** Each reason is told once per repeat interval, however often two of them take turns. */
function withTold(tracked: Tracked, now: number): Tracked {
  const { problem, told } = tracked;
  return {
    ...tracked,
    told: { at: now, severity: problem.severity, reasons: { ...told?.reasons, [problem.reason]: now } },
  };
}

function notification(kind: NotificationKind, tracked: Tracked, { now, observation }: Moment): Notification {
  const { name, subject, severity, reason, message, hint, evidence, also } = tracked.problem;
  return {
    kind,
    name,
    subject,
    severity,
    reason,
    message,
    ...(hint === undefined ? {} : { hint }),
    evidence,
    // Whether those work again they say themselves.
    ...(also === undefined || kind === "resolved" ? {} : { also }),
    site: observation.site,
    url: observation.url,
    startsAt: tracked.since,
    at: now,
  };
}
