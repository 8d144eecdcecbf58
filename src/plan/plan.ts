/** The whole plan: every kind's own part, joined by what depends on what. */
import { LXD_STATUS } from "../lxd/status-codes.ts";
import type { DesiredCertificate, DesiredContainer, DesiredState } from "../model/desired-state.ts";
import type { ActualState } from "../observe/actual-state.ts";
import { planAccounts } from "./accounts.ts";
import type { Action, Blocked, Plan } from "./action.ts";
import { type CertificateOptions, planCertificates } from "./certificates.ts";
import { planConsul } from "./consul.ts";
import type { ContainerPlan } from "./container-plan.ts";
import { planContainer } from "./containers.ts";
import { afterReleased, afterTraffic, planContainerRemoval } from "./container-removal.ts";
import { planFiles } from "./files.ts";
import { actionId } from "./ids.ts";
import { planImageRemoval, planImages } from "./images.ts";
import { orderActions } from "./order.ts";
import { limitPrunes } from "./prune-limits.ts";
import { planVolumeRemoval, planVolumes } from "./volumes.ts";

export interface PlanOptions extends CertificateOptions {
  /** The LXD project, for what people are told to type. */
  readonly project: string;
  /** Subjects whose removal was confirmed. */
  readonly confirmed: ReadonlySet<string>;
}

/** Compares what should be with what is; an empty plan means in sync. */
export function makePlan(desired: DesiredState, actual: ActualState, options: PlanOptions): Plan {
  const blocked: Blocked[] = [];
  const volumes = planVolumes(desired, actual, options.project);
  blocked.push(...volumes.blocked);
  const containers = new Map(
    desired.containers.map((one) => [one.name, planContainer(one, desired, actual, options.project)]),
  );
  for (const one of containers.values()) if (one.blocked) blocked.push(one.blocked);

  const inside = planInside(desired, actual, containers);
  const consulName = desired.consul.container;
  const comingUp =
    consulName === undefined
      ? undefined
      : (inside.readyAfter.get(consulName) ?? containers.get(consulName)?.readyAfter);
  const consul = planConsul(desired, actual.consul, comingUp);
  blocked.push(...consul.blocked);
  const certificates = planCertificates(
    desired.certificates.filter((certificate) => isReadable(certificate, actual)),
    actual.certificates,
    options,
    (certificate) => certificateNeeds(certificate, inside.readyAfter),
  );
  const removals = planContainerRemoval(desired, actual);
  const made = [...containers.values()].flatMap((one) => one.actions);
  const all = [
    ...planImages(desired, actual),
    ...volumes.actions,
    ...made.map((action) => afterReleased(action, removals, actual)),
    ...consul.actions,
    ...inside.actions.map((action) => afterKeys(action, consul.actions)),
    ...certificates,
    ...removals,
    ...planVolumeRemoval(desired, actual),
  ];
  const limited = limitPrunes(all, actual, options.confirmed);
  const going = new Set(limited.actions.map((action) => action.id));
  const held = new Set(all.map((action) => action.id).filter((id) => !going.has(id)));
  const retired = planImageRemoval(desired, actual, limited.actions);
  const possible = withoutBlocked([...limited.actions, ...retired], blocked, held);
  return {
    actions: orderActions(afterTraffic(possible, actual)),
    blocked: [...blocked, ...limited.blocked],
  };
}

interface Inside {
  readonly actions: readonly Action[];
  /** By container: the id after which it is configured, for those that have work. */
  readonly readyAfter: ReadonlyMap<string, string>;
}

/** Files and accounts of every container, each after the container itself and the containers it depends on. */
function planInside(
  desired: DesiredState,
  actual: ActualState,
  containers: ReadonlyMap<string, ContainerPlan>,
): Inside {
  const found = new Map(actual.containers.map((one) => [one.name, one]));
  const files = new Map<string, Action>();
  const accounts = new Map<string, Action>();
  for (const container of desired.containers) {
    const plan = containers.get(container.name);
    if (!plan || plan.blocked || plan.held) continue;
    const after = plan.readyAfter === undefined ? [] : [plan.readyAfter];
    const live = found.get(container.name);
    const [action] = planFiles(container, live, {
      replaced: plan.fresh,
      keysKnown: actual.consul.state === "ready",
      dependsOn: after,
    });
    if (action) files.set(container.name, action);
    const kept = desired.accounts.filter((account) => account.container === container.name);
    const [change] = planAccounts(container, kept, live, action ? [action.id] : after);
    if (change) accounts.set(container.name, change);
  }
  const readyAfter = new Map<string, string>();
  for (const container of desired.containers) {
    const logins = accounts.get(container.name);
    const last = logins && carriesCalls(logins) ? logins : files.get(container.name);
    const id = last?.id ?? containers.get(container.name)?.readyAfter;
    if (id !== undefined) readyAfter.set(container.name, id);
  }
  const actions = [...accounts.values()];
  for (const container of desired.containers) {
    const action = files.get(container.name);
    if (action)
      actions.push({ ...action, dependsOn: [...action.dependsOn, ...needs(container, readyAfter)] });
  }
  return { actions, readyAfter };
}

/** Who logs in with an account is told its password when the account has it. */
function carriesCalls(action: Action): boolean {
  return action.kind === "apply-accounts" && action.set.some((account) => account.carriesCalls === true);
}

function needs(container: DesiredContainer, readyAfter: ReadonlyMap<string, string>): string[] {
  return container.dependsOn.flatMap((name) => readyAfter.get(name) ?? []);
}

/** What is rendered from the keys is written after them (Consul before KV, KV before the proxy). */
function afterKeys(action: Action, consulActions: readonly Action[]): Action {
  if (action.kind !== "apply-files" || !action.writes.some((write) => write.file.usesEffectiveKv))
    return action;
  const keys = consulActions.some((one) => one.kind === "write-kv");
  return keys ? { ...action, dependsOn: [...action.dependsOn, actionId.writeKv()] } : action;
}

/** What is on the disk of a stopped proxy is not known: nothing is ordered before it runs again. */
function isReadable({ container }: DesiredCertificate, actual: ActualState): boolean {
  const found = actual.containers.find((one) => one.name === container);
  return found === undefined || found.statusCode === LXD_STATUS.running;
}

function certificateNeeds(
  certificate: DesiredCertificate,
  readyAfter: ReadonlyMap<string, string>,
): string[] {
  const id = readyAfter.get(certificate.container);
  return id === undefined ? [] : [id];
}

/** An action that needs something blocked, or a removal that is held, is not planned: it could only fail. */
function withoutBlocked(
  actions: readonly Action[],
  blocked: readonly Blocked[],
  held: ReadonlySet<string>,
): Action[] {
  const volumes = new Set(
    blocked
      .filter((one) => one.subject.startsWith("volume/") && one.reason === "UnownedObject")
      .map((one) => one.subject.slice("volume/".length)),
  );
  const needsHeld = new Set(
    actions.filter((action) => action.dependsOn.some((id) => held.has(id))).map((action) => action.id),
  );
  const lost = new Set<string>();
  const kept: Action[] = [];
  for (const action of orderActions(actions)) {
    const takesBlockedVolume =
      attaches(action) &&
      Object.values(action.container.devices).some((device) => volumes.has(device["source"] ?? ""));
    const waitsForLost = action.dependsOn.some((id) => lost.has(id));
    if (takesBlockedVolume || waitsForLost || needsHeld.has(action.id)) lost.add(action.id);
    else kept.push(action);
  }
  return kept;
}

function attaches(action: Action) {
  return (
    action.kind === "create-container" ||
    action.kind === "update-container" ||
    action.kind === "swap-container"
  );
}
