/** Consul as actual state: keys, inventory, services and rights. */
import type { Consul } from "../consul/consul.ts";
import { keySpaces } from "../consul/key-spaces.ts";
import { DIGEST_META, SITE_META } from "../consul/service-digest.ts";
import { ConveneError } from "../system/errors.ts";
import type { ActualConsul, ActualService } from "./actual-state.ts";

/** How its container is; `existing` is a Consul the Site names, which has none and whose rights are its owner's. */
export type ConsulPresence = "absent" | "stopped" | "running" | "existing";

export async function observeConsul(
  consul: Consul,
  presence: ConsulPresence,
  site: string,
): Promise<ActualConsul> {
  if (presence === "absent") return { state: "absent" };
  if (presence === "stopped") return { state: "unreachable", reason: "its container does not run" };
  try {
    const [entries, inventory, services, aclReady] = await Promise.all([
      Promise.all(keySpaces(site).map((prefix) => consul.keys(prefix))),
      consul.inventory(),
      consul.services(),
      presence === "existing" || consul.aclReady(),
    ]);
    return {
      state: "ready",
      kv: new Map(entries.flat().map(({ key, value }) => [key, value])),
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
    if (error instanceof ConveneError && error.retryable) return unreachable(error);
    throw error;
  }
}

function unreachable({ code, message, hint }: ConveneError): ActualConsul {
  return { state: "unreachable", reason: message, code, ...(hint === undefined ? {} : { hint }) };
}
