/** Service registrations at the agent, with checks that Consul runs by itself. */
import type { ConsulClient } from "./client.ts";
import type { ServiceDefinition } from "./consul.ts";
import { AgentChecks, AgentServices } from "./schema.ts";
import { DIGEST_META, SITE_META, serviceDigest } from "./service-digest.ts";

/** A check that hangs is failed after this many seconds. */
const CHECK_TIMEOUT_SECONDS = 5;

/** All services of the agent; the checks are not in this answer, the digest in meta stands for them. */
export async function readServices(client: ConsulClient): Promise<readonly ServiceDefinition[]> {
  const answer = await client.call("read the services", (api) => api.agent.service.list());
  return Object.values(AgentServices.parse(answer)).map((service) => ({
    id: service.ID,
    name: service.Service,
    address: service.Address,
    port: service.Port,
    tags: service.Tags ?? [],
    meta: service.Meta ?? {},
  }));
}

export async function registerService(
  client: ConsulClient,
  site: string,
  service: ServiceDefinition,
): Promise<void> {
  const { id, name, address, port, tags, meta } = service;
  const ours = { ...meta, [SITE_META]: site, [DIGEST_META]: serviceDigest(service) };
  await client.call(`register service ${id}`, (api) =>
    api.agent.service.register({
      id,
      name,
      address,
      port,
      tags: [...tags],
      meta: ours,
      ...(service.check ? { check: wireCheck(id, service.check) } : {}),
    }),
  );
  if (!service.check) await removeChecks(client, id);
}

export async function deregisterService(client: ConsulClient, id: string): Promise<void> {
  const known = await readServices(client);
  if (!known.some((service) => service.id === id)) return;
  await client.call(`deregister service ${id}`, (api) => api.agent.service.deregister(id));
}

/** Registering again without a check leaves the earlier one in place, failing for ever. */
async function removeChecks(client: ConsulClient, id: string): Promise<void> {
  const checks = AgentChecks.parse(await client.call("read the checks", (api) => api.agent.check.list()));
  for (const check of Object.values(checks).filter((one) => one.ServiceID === id)) {
    await client.call(`remove check ${check.CheckID}`, (api) => api.agent.check.deregister(check.CheckID));
  }
}

type WireCheck = NonNullable<Parameters<ConsulClient["api"]["agent"]["check"]["register"]>[0]>;

/** One check a service under a fixed id, so that registering again replaces it. */
function wireCheck(id: string, check: NonNullable<ServiceDefinition["check"]>): WireCheck {
  const common = {
    checkid: `service:${id}`,
    name: `${check.kind} check of ${id}`,
    interval: `${check.intervalSeconds}s`,
    timeout: `${Math.min(CHECK_TIMEOUT_SECONDS, check.intervalSeconds)}s`,
  };
  return check.kind === "tcp" ? { ...common, tcp: check.address } : { ...common, http: check.url };
}
