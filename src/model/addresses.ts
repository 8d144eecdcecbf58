/** Where containers live in the site's network: addresses from host parts, MAC addresses from names. */
import { createHash } from "node:crypto";
import { ipv4At, parseIpv4Network } from "../manifests/ipv4.ts";
import type { ContainerManifest } from "../manifests/schema/container.ts";
import type { SiteManifest } from "../manifests/schema/site.ts";
import { ConveneError } from "../system/errors.ts";

export interface ContainerAddress {
  readonly ipv4: string;
  readonly ipv6?: string;
}

export function addressOf(site: SiteManifest, container: ContainerManifest): ContainerAddress {
  const { hostPart, plus } = container.spec.address;
  const ipv4 = ipv4At(parseIpv4Network(site.spec.network.ipv4), hostPart + plus);
  if (ipv4 === undefined) {
    throw new ConveneError({
      code: "AddressOutsideNetwork",
      subject: `container/${container.metadata.name}`,
      message: `the host part ${hostPart + plus} does not fit into ${site.spec.network.ipv4}`,
      hint: "choose a larger network in the Site, or another host part",
    });
  }
  const { ipv6 } = site.spec.network;
  return ipv6 === undefined ? { ipv4 } : { ipv4, ipv6: ipv6At(ipv6, hostPart + plus) };
}

/** LXD's own prefix 00:16:3e, then a hash: a replacement with the same MAC gets the same lease (lxd.md A9). */
export function hardwareAddress(site: string, container: string): string {
  const hash = createHash("sha256").update(`${site}/${container}`).digest("hex");
  return `00:16:3e:${hash.slice(0, 2)}:${hash.slice(2, 4)}:${hash.slice(4, 6)}`;
}

/** The network's first address plus the host part, in full form with zeros compressed by URL parsing. */
function ipv6At(cidr: string, hostPart: number): string {
  const [address = "::", length = "64"] = cidr.split("/");
  const hostBits = BigInt(128 - Number(length));
  const base = (ipv6ToNumber(address) >> hostBits) << hostBits;
  return numberToIpv6(base + BigInt(hostPart));
}

function ipv6ToNumber(address: string): bigint {
  const [head = "", tail] = address.split("::");
  const left = head === "" ? [] : head.split(":");
  const right = tail === undefined || tail === "" ? [] : tail.split(":");
  const zeros = Array.from({ length: 8 - left.length - right.length }, () => "0");
  const groups = tail === undefined ? left : [...left, ...zeros, ...right];
  return groups.reduce((sum, group) => (sum << 16n) + BigInt(`0x${group}`), 0n);
}

function numberToIpv6(value: bigint): string {
  const groups = Array.from({ length: 8 }, (_, index) =>
    ((value >> BigInt(112 - index * 16)) & 0xffffn).toString(16),
  );
  return new URL(`http://[${groups.join(":")}]/`).hostname.slice(1, -1);
}
