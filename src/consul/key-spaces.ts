/** The parts of KV that are read: what modules tell each other, and the site's own. */

/** Where modules on a host meet; the paths below it are a public contract. */
export const SHARED_KEYS = "service/";

/** Inventory and secrets of a site. */
export function siteKeys(site: string): string {
  return `convene/${site}/`;
}

/** Everything this site reads or writes; the rest of a Consul that others use as well is none of its business. */
export function keySpaces(site: string): readonly string[] {
  return [SHARED_KEYS, siteKeys(site)];
}
