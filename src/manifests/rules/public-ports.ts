/** A public port leads to one container. */
import type { Diagnostic } from "../diagnostic.ts";
import { manifestsOf } from "../loaded-manifest.ts";
import type { LoadedManifest } from "../loaded-manifest.ts";
import { formatPortRange } from "../schema/quantities.ts";

interface Claim {
  readonly loaded: LoadedManifest;
  readonly index: number;
  readonly protocol: string;
  readonly first: number;
  readonly last: number;
}

export function checkPublicPorts(manifests: readonly LoadedManifest[]): readonly Diagnostic[] {
  const claims = manifestsOf(manifests, "Container").flatMap((loaded) =>
    loaded.manifest.spec.publicPorts.map((entry, index): Claim => {
      const { first, last } = entry.port;
      return { loaded, index, protocol: entry.protocol, first: first + entry.plus, last: last + entry.plus };
    }),
  );
  const tooHigh = claims
    .filter(({ last }) => last > 65_535)
    .map((claim) => diagnostic(claim, "is beyond 65535"));
  const overlaps = claims.flatMap((claim, position) => {
    const other = claims.slice(0, position).find((earlier) => overlap(earlier, claim));
    if (other === undefined) return [];
    return [diagnostic(claim, `overlaps ${text(other)} of \`${other.loaded.manifest.metadata.name}\``)];
  });
  return [...tooHigh, ...overlaps];
}

function overlap(left: Claim, right: Claim): boolean {
  return left.protocol === right.protocol && left.first <= right.last && right.first <= left.last;
}

function diagnostic(claim: Claim, problem: string): Diagnostic {
  return {
    code: "PortConflict",
    message: `${text(claim)} of \`${claim.loaded.manifest.metadata.name}\` ${problem}`,
    hint: "choose other ports",
    location: claim.loaded.locate(["spec", "publicPorts", claim.index]),
  };
}

function text(claim: Claim): string {
  return `${claim.protocol} ${formatPortRange(claim)}`;
}
