/** What the checks of the catalogue name of the effective keys, `${effective.coturn.domain}`: keys are read after manifests, so such a reference waits. */
import type { Scope } from "../manifests/references.ts";
import type { EffectiveViews } from "./effective-views.ts";
import type { CoturnView } from "./effective/coturn-view.ts";

const NAMED = [
  "domain",
  "listeningPort",
  "tlsListeningPort",
  "minPort",
  "maxPort",
] as const satisfies readonly (keyof CoturnView)[];

/** While manifests are read each of these references stands for itself, and another name is an error at its line. */
export function waitingReferences(): Scope {
  return { coturn: Object.fromEntries(NAMED.map((field) => [field, waiting(field)])) };
}

/** The data with the values in place of what waited; a field whose value is not set (no relay) is left out. */
export function settleReferences(data: unknown, { coturn }: Pick<EffectiveViews, "coturn">): unknown {
  const values = new Map<unknown, unknown>(
    NAMED.map((field) => [waiting(field), coturn[field] === "" ? undefined : coturn[field]]),
  );
  const settle = (value: unknown): unknown => {
    if (values.has(value)) return values.get(value);
    if (Array.isArray(value)) return value.map(settle).filter((entry) => entry !== undefined);
    if (typeof value !== "object" || value === null) return value;
    const entries = Object.entries(value).map(([key, inner]) => [key, settle(inner)] as const);
    return Object.fromEntries(entries.filter(([, inner]) => inner !== undefined));
  };
  return settle(data);
}

function waiting(field: string): string {
  return `\${effective.coturn.${field}}`;
}
