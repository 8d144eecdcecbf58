/** One action of a pass: through the gate, then done, with its progress told. */
import { runAction } from "../apply/run-action.ts";
import type { Consul } from "../consul/consul.ts";
import { waitForCallsToEnd } from "../gate/gate.ts";
import { countPeople } from "../gate/participants.ts";
import { LXD_STATUS } from "../lxd/status-codes.ts";
import type { Action } from "../plan/action.ts";
import { touchedBy } from "../verify/touched.ts";
import { shortRevision } from "../source/revision.ts";
import { reportError } from "../system/errors.ts";
import type { PassRequest } from "./loop.ts";
import type { PassDependencies } from "./pass-dependencies.ts";
import type { Observed } from "./pipeline.ts";

/** Resolves when the action ends no call any more, or need not wait; throws what it failed with, while it is left alone. */
export async function passGate(
  action: Action,
  pass: PassRequest,
  { desired, actual }: Observed,
  stop: AbortSignal,
  deps: PassDependencies,
): Promise<void> {
  const { options, bus } = deps;
  deps.held.check(action.id);
  const bridges = actual.containers
    .filter((one) => one.owned && one.statusCode === LXD_STATUS.running && one.record.role === "active")
    .flatMap((one) => (one.record.conferences ? [{ name: one.name, statsUrl: one.record.conferences }] : []));
  await waitForCallsToEnd(
    {
      clock: options.clock,
      maxWaitMs: options.settings.gate.maxWait,
      bridges,
      count: (bridge) => countPeople(bridge, options.ownParticipants),
    },
    {
      action,
      since: deps.waits.since(action.id),
      now: pass.now,
      signal: stop,
      onWaiting: (message) => {
        options.onProgress();
        bus.publish({
          at: options.clock.now(),
          pass: pass.pass,
          type: "waiting",
          subject: action.subject,
          message,
        });
      },
    },
  );
  options.logger.info("an action goes ahead", {
    action: action.id,
    revision: shortRevision(desired.revision),
  });
}

export async function act(
  action: Action,
  pass: PassRequest,
  consul: Consul,
  deps: PassDependencies,
): Promise<void> {
  const { options, bus, sweeper } = deps;
  const touched = touchedBy(action, deps.desired());
  for (const container of touched) deps.watch.beginChange(container);
  try {
    await runAction(action, {
      lxd: options.actingLxd,
      consul,
      clock: options.clock,
      logger: options.logger,
      site: deps.siteName(),
      pool: options.settings.lxd.pool,
      project: options.settings.lxd.project,
      buildNetwork: options.settings.lxd.buildNetwork,
      signal: deps.signal,
      progress: (message) => {
        options.onProgress();
        bus.publish({
          at: options.clock.now(),
          pass: pass.pass,
          type: "action-progress",
          id: action.id,
          message,
        });
      },
    });
    if (action.kind === "issue-certificate") deps.certificates.succeeded(action.certificate.domain);
  } catch (error) {
    deps.held.failed(action.id, error);
    if (action.kind === "issue-certificate")
      deps.certificates.failed(action.certificate.domain, { subject: action.subject, ...reportError(error) });
    throw error;
  } finally {
    for (const container of touched) deps.watch.changed(container);
    if ("container" in action) sweeper.forget(action.container.name);
  }
}
