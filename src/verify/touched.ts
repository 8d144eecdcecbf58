/** Which containers an action can disturb, so that what is looked at there must be looked at again. Pure. */
import type { DesiredCertificate, DesiredState } from "../model/desired-state.ts";
import type { Action } from "../plan/action.ts";

type Site = Pick<DesiredState, "containers" | "consul">;

export function touchedBy(action: Action, site: Site | undefined): readonly string[] {
  switch (action.kind) {
    case "create-container":
      // The replacement of one that runs on until the swap.
      return action.as === "next" ? [] : [action.container.name];
    case "update-container":
    case "start-container":
    case "swap-container":
    case "apply-files":
    case "apply-accounts":
      return [action.container.name];
    case "delete-container":
      return [action.name];
    case "issue-certificate":
      return [action.certificate.container, ...servedBy(action.certificate, site)];
    case "set-up-acl":
    case "write-kv":
    case "register-service":
    case "deregister-service":
      return site?.consul.container === undefined ? [] : [site.consul.container];
    case "update-volume":
      return usersOf(action.volume.name, site);
    // A new image or volume is felt when a container is made from it, an old one is used by none.
    case "build-image":
    case "delete-image":
    case "create-volume":
    case "delete-volume":
      return [];
  }
}

function servedBy({ endpoints }: DesiredCertificate, site: Site | undefined): readonly string[] {
  const addresses = new Set(endpoints.map(({ address }) => address));
  return (site?.containers ?? [])
    .filter(({ address }) => addresses.has(address.ipv4))
    .map(({ name }) => name);
}

function usersOf(volume: string, site: Site | undefined): readonly string[] {
  return (site?.containers ?? [])
    .filter(({ devices }) => Object.values(devices).some((device) => device["source"] === volume))
    .map(({ name }) => name);
}
