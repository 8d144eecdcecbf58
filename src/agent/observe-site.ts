/** Looks at the host, and builds what is desired from what others wrote into Consul. */
import type { Consul } from "../consul/consul.ts";
import { foreignKeys, observeHost, withCertificates } from "../observe/observe.ts";
import type { PassDependencies } from "./pass-dependencies.ts";
import type { Observed } from "./pipeline.ts";
import type { LoadedSite } from "./site-loader.ts";

/**
 * Keys come first, because what is desired depends on them; then the certificates that are desired. Where a unit is known
 * not to run, what a sweep saw before says nothing: such a container is looked into anew.
 */
export async function observeSite(
  site: LoadedSite,
  consul: Consul,
  deps: Pick<PassDependencies, "options" | "sweeper" | "watch" | "signal">,
): Promise<Observed> {
  const { lxd, settings } = deps.options;
  await deps.sweeper.lookAgain(deps.watch.suspects(), deps.signal);
  const host = await observeHost(
    { lxd, consul },
    { site: site.name, pools: [settings.lxd.pool], consul: site.consul, sweeps: deps.sweeper.sweeps },
  );
  const desired = await site.build(foreignKeys(host.consul, site.name));
  return { desired, actual: await withCertificates(lxd, host, desired.certificates) };
}
