/** The pipeline's steps, as this agent takes them. */
import type { Consul } from "../consul/consul.ts";
import { ConveneError } from "../system/errors.ts";
import { act, passGate } from "./act.ts";
import { observeSite } from "./observe-site.ts";
import type { PassDependencies } from "./pass-dependencies.ts";
import type { PipelineSteps } from "./pipeline.ts";

/** What a pass has opened so far; kept apart from the steps because the verdict on a failed one names the commit. */
export interface OpenedPass {
  commit?: string;
  /** The generated secrets that its site refers to. */
  secretNames?: ReadonlySet<string>;
  consul?: Consul;
}

export function stepsFor(deps: PassDependencies, opened: OpenedPass): PipelineSteps {
  const { options, status, bus, certificates } = deps;
  const consul = () => {
    if (opened.consul) return opened.consul;
    throw new ConveneError({ code: "ConsulUnreachable", message: "no door to Consul yet", retryable: true });
  };
  return {
    clock: options.clock,
    publish: (event) => {
      options.onProgress();
      bus.publish(event);
    },
    loadSite: async () => {
      opened.commit = await options.repository.requireBranch();
      const { commit } = opened;
      deps.worksOn(commit);
      const site = await deps.loader.load(commit, () => options.repository.readTree(commit));
      opened.secretNames = site.secretNames;
      return site;
    },
    observe: async (site) => {
      opened.consul = await deps.consulDoor.open(site);
      const observed = await observeSite(site, opened.consul, deps);
      deps.keepDesired(observed.desired);
      certificates.saw(observed.actual.certificates);
      return observed;
    },
    planOptions: () => ({
      project: options.settings.lxd.project,
      confirmed: options.state.confirmed(),
      held: certificates.held(),
      due: certificates.due(),
    }),
    onPlanned: (desired, plan) => {
      deps.waits.keep(new Set(plan.actions.map((action) => action.id)));
      status.planned({
        revision: desired.revision,
        site: desired.site.name,
        url: `https://${desired.site.domain}/`,
        actions: plan.actions.length,
      });
    },
    gate: (action, pass, seen, stop) => passGate(action, pass, seen, stop, deps),
    run: async (action, pass) => {
      await act(action, pass, consul(), deps);
      options.onProgress();
    },
    isHealthy: (revision) => {
      const current = status.current();
      return current.revision.healthy === revision && current.checks.every((check) => check.state !== "down");
    },
    verify: (desired, pass, giveWay) => {
      deps.watch.configure(desired);
      return deps.verification.run(desired, pass, giveWay);
    },
  };
}
