/** Keeps the door to the site's Consul: made when the site is known, made anew when it moves or its token changes. */
import { createHash } from "node:crypto";
import type { Consul } from "../consul/consul.ts";
import type { DesiredConsul } from "../model/desired-state.ts";
import { CONSUL_TOKEN } from "../manifests/consul-container.ts";
import type { SecretStore } from "../secrets/secret-store.ts";
import { Secret } from "../system/secret.ts";
import type { LoadedSite } from "./site-loader.ts";

export interface ConsulDoorOptions {
  readonly store: SecretStore;
  readonly connect: (where: DesiredConsul, site: string, token: Secret) => Consul;
  /** A key below one of these prefixes changed. */
  readonly onChange: () => void;
  readonly watched: readonly string[];
  readonly signal: AbortSignal;
}

export interface ConsulDoor {
  open(site: LoadedSite): Promise<Consul>;
}

export function createConsulDoor(options: ConsulDoorOptions): ConsulDoor {
  let opened:
    | { readonly key: string; readonly consul: Consul; readonly watching: AbortController }
    | undefined;
  return {
    open: async (site) => {
      const token = site.token ?? (await ownToken(site, options.store));
      const key = createHash("sha256")
        .update(JSON.stringify([site.name, site.consul, token.reveal()]))
        .digest("hex");
      if (opened?.key === key) return opened.consul;
      opened?.watching.abort();
      const consul = options.connect(site.consul, site.name, token);
      const watching = new AbortController();
      const signal = AbortSignal.any([watching.signal, options.signal]);
      for (const prefix of [...options.watched, `convene/${site.name}/`])
        void consul.watch(prefix, options.onChange, signal);
      opened = { key, consul, watching };
      return consul;
    },
  };
}

/** The agent's own token opens its own Consul only; anywhere else without one it is anonymous. */
async function ownToken({ consul }: LoadedSite, store: SecretStore): Promise<Secret> {
  return consul.container === undefined ? new Secret("") : store.ensure("internal", CONSUL_TOKEN);
}
