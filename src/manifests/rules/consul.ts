/** Containers that ask Consul have one, at an address they can reach. */
import { consulContainer } from "../consul-container.ts";
import { existingConsulDns, whyOutOfReach } from "../consul-dns.ts";
import type { Diagnostic } from "../diagnostic.ts";
import { type LoadedManifest, manifestsOf } from "../loaded-manifest.ts";
import type { SiteManifest } from "../schema/site.ts";

export function checkConsul(manifests: readonly LoadedManifest[]): readonly Diagnostic[] {
  const [site] = manifestsOf(manifests, "Site");
  const [needing] = manifestsOf(manifests, "Container").filter(({ manifest }) => manifest.spec.needsConsul);
  if (site === undefined || needing === undefined) return [];
  const { name } = needing.manifest.metadata;
  if (site.manifest.spec.consul) return unreachable(site, name);
  if (consulContainer(manifests) !== undefined) return [];
  return [
    {
      code: "ConsulMissing",
      message: `\`${name}\` needs a Consul, and there is none`,
      hint: "add a Component with `uses: consul`, or name an existing one in the Site: `consul: {url: …, token: …}`",
      location: needing.locate(["spec", "needsConsul"]),
    },
  ];
}

function unreachable(site: LoadedManifest<SiteManifest>, name: string): readonly Diagnostic[] {
  const { consul, network } = site.manifest.spec;
  const dns = existingConsulDns(site.manifest);
  const why = dns ? whyOutOfReach(dns, site.manifest) : "has no IP address here, only a name";
  if (why === undefined) return [];
  const where = dns ? `${dns.address} port ${dns.port}` : "the Consul of spec.consul.url";
  const gateway = network.ipv4.split("/")[0] ?? "";
  return [
    {
      code: "ConsulOutOfReach",
      message: `\`${name}\` asks Consul for services by DNS, and ${where} ${why}`,
      hint:
        "add `dns: {address: …, port: 8600}` to spec.consul, with an IP address of that Consul in the containers' network or a public one; " +
        `or {address: ${gateway}, port: 53}, when this host's own resolver passes Consul's domain on to it`,
      location: site.locate(["spec", "consul", ...(consul?.dns ? ["dns", "address"] : ["url"])]),
    },
  ];
}
