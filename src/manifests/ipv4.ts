/** Arithmetic on IPv4 networks. */

export interface Ipv4Network {
  /** The first address, as a number. */
  readonly base: number;
  readonly prefix: number;
}

/** The network of `10.10.1.1/24` (the host bits are dropped). The text has passed its schema. */
export function parseIpv4Network(cidr: string): Ipv4Network {
  const [address = "", length = "32"] = cidr.split("/");
  const prefix = Number(length);
  return { base: Math.floor(ipv4ToNumber(address) / 2 ** (32 - prefix)) * 2 ** (32 - prefix), prefix };
}

/** `10.10.1.0/24`. */
export function formatIpv4Network(network: Ipv4Network): string {
  return `${numberToIpv4(network.base)}/${network.prefix}`;
}

/** The address at a place in the network; undefined for the network's own, the broadcast one and beyond. */
export function ipv4At(network: Ipv4Network, hostPart: number): string | undefined {
  const size = 2 ** (32 - network.prefix);
  return hostPart > 0 && hostPart < size - 1 ? numberToIpv4(network.base + hostPart) : undefined;
}

/** The place of an address in the network; undefined when it is outside. */
export function hostPartOf(network: Ipv4Network, address: string): number | undefined {
  const part = ipv4ToNumber(address) - network.base;
  return part >= 0 && part < 2 ** (32 - network.prefix) ? part : undefined;
}

function ipv4ToNumber(address: string): number {
  return address.split(".").reduce((sum, octet) => sum * 256 + Number(octet), 0);
}

function numberToIpv4(value: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256).join(".");
}
