/** What has to change in Consul: rights, keys, services. */
import { serviceDigest } from "../consul/service-digest.ts";
import type { DesiredService, DesiredState } from "../model/desired-state.ts";
import type { ActualConsul } from "../observe/actual-state.ts";
import type { Action, Blocked } from "./action.ts";
import { actionId } from "./ids.ts";
import { diffKeys } from "./keys.ts";

export interface ConsulPlan {
  readonly actions: Action[];
  readonly blocked: Blocked[];
}

/**
 * `comingUp` is the action that brings Consul up in this plan, and everything here comes after it. If Consul does not
 * answer yet, nothing is known, everything is planned, and the writing actions compare once more before they write.
 */
export function planConsul(
  desired: DesiredState,
  actual: ActualConsul,
  comingUp: string | undefined,
): ConsulPlan {
  const first = comingUp === undefined ? [] : [comingUp];
  if (actual.state === "ready") return planKnown(desired, actual, first);
  if (comingUp === undefined) return { actions: [], blocked: [unreachable(actual)] };
  const diff = diffKeys(desired.kv, new Map(), new Map());
  const acl = setUpAcl([comingUp]);
  return {
    actions: [
      acl,
      ...(diff.puts.length > 0 ? [writeKv(diff, "new", [acl.id])] : []),
      ...desired.services.map((service) => register(service, "new", [acl.id])),
    ],
    blocked: [],
  };
}

function planKnown(
  desired: DesiredState,
  actual: Extract<ActualConsul, { state: "ready" }>,
  first: readonly string[],
): ConsulPlan {
  const actions: Action[] = [];
  if (!actual.aclReady) actions.push(setUpAcl(first));
  const after = actual.aclReady ? first : [actionId.setUpAcl()];
  const diff = diffKeys(desired.kv, actual.kv, actual.inventory);
  if (diff.puts.length + diff.deletes.length + diff.released.length > 0)
    actions.push(writeKv(diff, diff.drift ? "drift" : "changed", after));
  for (const service of desired.services) {
    const found = actual.services.get(service.id);
    if (found?.digest !== serviceDigest(service))
      actions.push(register(service, found ? "changed" : "new", after));
  }
  const wanted = new Set(desired.services.map((service) => service.id));
  for (const [id, found] of actual.services)
    if (found.owned && !wanted.has(id)) actions.push(deregister(id, first));
  return { actions, blocked: [...diff.conflicts] };
}

function setUpAcl(dependsOn: readonly string[]): Action {
  return {
    kind: "set-up-acl",
    id: actionId.setUpAcl(),
    subject: "acl",
    cause: "new",
    reason: "the anonymous policy is not as it should be",
    changes: [{ field: "policy", after: "convene-anonymous" }],
    disruption: "none",
    dependsOn,
  };
}

function writeKv(
  diff: ReturnType<typeof diffKeys>,
  cause: "new" | "changed" | "drift",
  dependsOn: readonly string[],
): Action {
  const reasons = {
    new: "the keys do not exist",
    changed: "desired keys differ from those in Consul",
    drift: "somebody changed keys that convene owns",
  };
  return {
    kind: "write-kv",
    id: actionId.writeKv(),
    subject: "kv",
    cause,
    reason: reasons[cause],
    changes: diff.changes,
    disruption: "none",
    dependsOn,
    puts: diff.puts,
    deletes: diff.deletes,
    releases: diff.released,
  };
}

function register(service: DesiredService, cause: "new" | "changed", dependsOn: readonly string[]): Action {
  return {
    kind: "register-service",
    id: actionId.registerService(service.id),
    subject: `service/${service.id}`,
    cause,
    reason: cause === "new" ? "the service is not registered in Consul" : "its registration differs",
    changes: [{ field: "address", after: `${service.address}:${service.port}` }],
    disruption: "none",
    dependsOn,
    service,
  };
}

function deregister(id: string, dependsOn: readonly string[]): Action {
  return {
    kind: "deregister-service",
    id: `deregister service/${id}`,
    subject: `service/${id}`,
    cause: "removed",
    reason: "no manifest wants this service any more",
    changes: [],
    disruption: "none",
    dependsOn,
    serviceId: id,
  };
}

/** It answered, and what it said cannot be used: waiting does not help, somebody has to do something about it. */
const ANSWERED: ReadonlySet<string> = new Set(["ConsulDenied", "ConsulTooLarge"]);

function unreachable(actual: Exclude<ActualConsul, { state: "ready" }>): Blocked {
  const {
    reason,
    code = "",
    hint,
  } = actual.state === "unreachable" ? actual : { reason: "Consul is not there yet" };
  const answered = ANSWERED.has(code);
  return {
    reason: answered ? code : "ConsulUnreachable",
    subject: "kv",
    message: answered || actual.state === "absent" ? reason : `Consul does not answer: ${reason}`,
    hint: `keys and what is rendered from them stay as they are until it answers; ${hint ?? "see `convene logs consul`"}`,
  };
}
