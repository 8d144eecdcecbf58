/** What tells a manifest that changed from a container that somebody changed. */
import { hashContent } from "./file-digest.ts";

type Settings = Readonly<Record<string, string>>;

/** sha256 over a container's config and devices, in any order, hex. */
export function specDigest(config: Settings, devices: Readonly<Record<string, Settings>>): string {
  const all = Object.entries(devices).map(([name, device]) => [name, sorted(device)] as const);
  return hashContent(JSON.stringify([sorted(config), all.toSorted(byName)]));
}

function sorted(settings: Settings): readonly (readonly [string, string])[] {
  return Object.entries(settings).toSorted(byName);
}

function byName([left]: readonly [string, unknown], [right]: readonly [string, unknown]): number {
  return left < right ? -1 : 1;
}
