/** Consul as actual state: keys, inventory, services and rights. */
import type { Consul } from "../consul/consul.ts";
import { DIGEST_META, SITE_META } from "../consul/service-digest.ts";
import { ConveneError } from "../system/errors.ts";
import type { ActualConsul, ActualService } from "./actual-state.ts";

/** `running` tells whether its container runs at all (true for an existing Consul of the site's own). */
export async function observeConsul(
  consul: Consul,
  state: "absent" | "stopped" | "running",
  site: string,
): Promise<ActualConsul> {
  if (state === "absent") return { state: "absent" };
  if (state === "stopped") return { state: "unreachable", reason: "its container does not run" };
  try {
    const [entries, inventory, services, aclReady] = await Promise.all([
      consul.keys(""),
      consul.inventory(),
      consul.services(),
      consul.aclReady(),
    ]);
    return {
      state: "ready",
      kv: new Map(entries.map(({ key, value }) => [key, value])),
      inventory,
      services: new Map(
        services.map((service): [string, ActualService] => [
          service.id,
          {
            id: service.id,
            digest: service.meta[DIGEST_META] ?? "",
            owned: service.meta[SITE_META] === site,
          },
        ]),
      ),
      aclReady,
    };
  } catch (error) {
    if (error instanceof ConveneError && error.retryable)
      return { state: "unreachable", reason: error.message };
    throw error;
  }
}
