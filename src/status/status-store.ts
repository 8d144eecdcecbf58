/** Turns what happens into conditions; the only writer of status. */
import type { Verdict } from "../agent/agent-event.ts";
import type { Finding } from "../model/desired-state.ts";
import type { Blocked } from "../plan/action.ts";
import type { Clock } from "../system/clock.ts";
import type { ErrorReport } from "../system/errors.ts";
import { describeFault } from "../verify/faults.ts";
import { brokenChecks } from "./broken-checks.ts";
import type { CheckStatus } from "./check-status.ts";
import { describeTry } from "./describe-try.ts";
import type { Condition, ObjectStatus, Status } from "./status.ts";

export interface StatusStore {
  current(): Status;
  passStarted(wakeups: readonly string[]): void;
  /** What the pass works on, as soon as it is known. */
  planned(pass: PlannedPass): void;
  /** Which site it is, without a pass. */
  seen(site: Pick<PlannedPass, "site" | "url">): void;
  passEnded(verdict: Verdict, details: PassDetails): void;
  /** What is wrong with the followed remote; undefined when the last look at it went well. */
  readonly fetched: (error: ErrorReport | undefined) => void;
  suspended(reason: string | undefined): void;
}

export interface PlannedPass {
  readonly revision: string;
  readonly site: string;
  readonly url: string;
  /** None: nothing to do, and no news. */
  readonly actions: number;
}

export interface PassDetails {
  readonly objects?: readonly ObjectStatus[];
  readonly findings?: readonly Finding[];
  readonly blocked?: readonly Blocked[];
  readonly errors: readonly ErrorReport[];
  /** Domains still served with a self-signed certificate. */
  readonly selfSigned?: readonly string[];
}

const EMPTY: Status = {
  site: null,
  conditions: [],
  revision: { attempted: null, applied: null, healthy: null },
  lastPass: null,
  objects: [],
  checks: [],
  findings: [],
  blocked: [],
  errors: [],
  url: null,
};

/**
 * `checks` says how they stand when somebody asks: a site that was proven is not Ready while something is believed to be
 * down. What has been proven stays what it is.
 */
export function createStatusStore(clock: Clock, checks: () => readonly CheckStatus[]): StatusStore {
  let status: Status = EMPTY;
  const timestamp = () => new Date(clock.now()).toISOString();
  const set = (condition: Omit<Condition, "lastTransitionTime">) => {
    status = { ...status, conditions: withCondition(status.conditions, condition, timestamp()) };
  };
  const remove = (type: Condition["type"]) => {
    status = { ...status, conditions: status.conditions.filter((one) => one.type !== type) };
  };
  set({ type: "Ready", status: "Unknown", reason: "Progressing", message: "the agent has just started" });

  let outageSince: string | undefined;
  /** The conditions with what the checks say by now. */
  const conditionsWith = (broken: readonly CheckStatus[]): readonly Condition[] => {
    const ready = status.conditions.find((one) => one.type === "Ready");
    if (broken.length > 0 && ready?.status === "True") {
      outageSince ??= new Date(Math.min(...broken.map(({ since }) => since))).toISOString();
      const shown = { ...outage(broken), lastTransitionTime: outageSince };
      return status.conditions.map((one) => (one === ready ? shown : one));
    }
    if (outageSince !== undefined) {
      outageSince = undefined;
      status = {
        ...status,
        conditions: status.conditions.map((one) =>
          one.type === "Ready" && one.status === "True" ? { ...one, lastTransitionTime: timestamp() } : one,
        ),
      };
    }
    return status.conditions;
  };

  return {
    current: () => {
      const now = checks();
      const conditions = conditionsWith(brokenChecks(now));
      return { ...status, conditions, checks: now };
    },
    passStarted: (wakeups) => {
      // A look that finds nothing to do is no news for a site that is ready.
      const ready = status.conditions.find((one) => one.type === "Ready")?.status;
      if (ready === "True") return;
      const reason = ready === "False" ? "ProgressingWithRetry" : "Progressing";
      set({ type: "Reconciling", status: "True", reason, message: describeTry(status, wakeups) });
    },
    planned: ({ revision, site, url, actions }) => {
      status = { ...status, site, url, revision: { ...status.revision, attempted: revision } };
      if (actions === 0) return;
      const work = {
        reason: "Progressing",
        message: `applying ${actions} ${actions === 1 ? "action" : "actions"}`,
      };
      set({ type: "Ready", status: "Unknown", ...work });
      set({ type: "Reconciling", status: "True", ...work });
    },
    seen: ({ site, url }) => {
      status = { ...status, site, url };
    },
    passEnded: (verdict, details) => {
      remove("Reconciling");
      if (verdict.outcome === "superseded") return;
      status = { ...status, ...afterPass(status, verdict, details, timestamp()) };
      set(readyCondition(verdict));
      if (verdict.outcome === "stalled")
        set({ type: "Stalled", status: "True", reason: verdict.reason, message: verdict.message });
      else remove("Stalled");
      if (details.selfSigned) set(trustCondition(details.selfSigned));
    },
    fetched: (error) => {
      if (error === undefined) remove("FetchFailed");
      else set({ type: "FetchFailed", status: "True", reason: error.code, message: error.message });
    },
    suspended: (reason) => {
      if (reason === undefined) remove("Suspended");
      else set({ type: "Suspended", status: "True", reason: "Suspended", message: reason });
    },
  };
}

function afterPass(
  status: Status,
  verdict: Verdict,
  details: PassDetails,
  finishedAt: string,
): Partial<Status> {
  const revision = verdict.revision ?? null;
  const applied = verdict.outcome === "ready" || verdict.reason === "HealthCheckFailed";
  return {
    revision: {
      attempted: revision ?? status.revision.attempted,
      applied: applied ? revision : status.revision.applied,
      healthy: verdict.outcome === "ready" ? revision : status.revision.healthy,
    },
    lastPass: { finishedAt, milliseconds: verdict.milliseconds, actions: verdict.actions },
    errors: details.errors,
    ...(details.objects ? { objects: details.objects } : {}),
    ...(details.findings ? { findings: details.findings } : {}),
    ...(details.blocked ? { blocked: details.blocked } : {}),
  };
}

function readyCondition(verdict: Verdict): Omit<Condition, "lastTransitionTime"> {
  if (verdict.outcome === "ready")
    return { type: "Ready", status: "True", reason: verdict.reason, message: verdict.message };
  return { type: "Ready", status: "False", reason: verdict.reason, message: verdict.message };
}

/** In the words of a verdict that verification came to. */
function outage(broken: readonly CheckStatus[]): Omit<Condition, "lastTransitionTime"> {
  const faults = broken.map((check) => describeFault({ result: check, also: check.takesDown }));
  return { type: "Ready", status: "False", reason: "HealthCheckFailed", message: faults.join("\n") };
}

function trustCondition(selfSigned: readonly string[]): Omit<Condition, "lastTransitionTime"> {
  if (selfSigned.length === 0)
    return {
      type: "CertificatesTrusted",
      status: "True",
      reason: "Issued",
      message: "every name has a certificate from its authority",
    };
  return {
    type: "CertificatesTrusted",
    status: "False",
    reason: "SelfSigned",
    message: `served with a self-signed certificate until one is issued: ${selfSigned.join(", ")}`,
  };
}

/** `lastTransitionTime` moves only when the status does (Kubernetes API conventions, conditions). */
function withCondition(
  conditions: readonly Condition[],
  condition: Omit<Condition, "lastTransitionTime">,
  now: string,
): readonly Condition[] {
  const previous = conditions.find((one) => one.type === condition.type);
  const lastTransitionTime = previous?.status === condition.status ? previous.lastTransitionTime : now;
  return [...conditions.filter((one) => one.type !== condition.type), { ...condition, lastTransitionTime }];
}
