/** Every container has an address of its own inside the site's network. */
import type { Diagnostic } from "../diagnostic.ts";
import { hostPartOf, ipv4At, parseIpv4Network } from "../ipv4.ts";
import { manifestsOf } from "../loaded-manifest.ts";
import type { LoadedManifest } from "../loaded-manifest.ts";

export function checkAddresses(manifests: readonly LoadedManifest[]): readonly Diagnostic[] {
  const [site] = manifestsOf(manifests, "Site");
  if (site === undefined) return [];
  const cidr = site.manifest.spec.network.ipv4;
  const network = parseIpv4Network(cidr);
  const gateway = hostPartOf(network, cidr.split("/")[0] ?? "");
  const taken = new Map<number, string>();
  return manifestsOf(manifests, "Container").flatMap((loaded) => {
    const { metadata, spec } = loaded.manifest;
    const part = spec.address.hostPart + spec.address.plus;
    const other = part === gateway ? "the host itself" : taken.get(part);
    taken.set(part, other ?? `\`${metadata.name}\``);
    const location = loaded.locate(["spec", "address"]);
    const address = ipv4At(network, part);
    if (address === undefined) {
      const message = `\`${metadata.name}\` has host part ${part}, outside of ${cidr}`;
      return [
        {
          code: "AddressOutsideNetwork",
          message,
          hint: "make the Site's network larger, or the host part smaller",
          location,
        },
      ];
    }
    if (other === undefined) return [];
    const message = `\`${metadata.name}\` has the address ${address} of ${other}`;
    return [{ code: "DuplicateAddress", message, hint: "give one of them another host part", location }];
  });
}
