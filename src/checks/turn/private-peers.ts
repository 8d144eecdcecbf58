/** Addresses a relay on the internet must refuse: the ends of each private range, where a list of ranges goes wrong. */

/** RFC 6890 and its like, and the metadata service of clouds. */
const PRIVATE_IPV4 = [
  "0.0.0.1",
  "10.0.0.1",
  "10.255.255.254",
  "100.64.0.1",
  "100.127.255.254",
  "127.0.0.1",
  "127.255.255.254",
  "169.254.169.254",
  "172.16.0.1",
  "172.31.255.254",
  "192.168.0.1",
  "192.168.255.254",
  "198.18.0.1",
  "224.0.0.1",
  "239.255.255.250",
  "255.255.255.255",
] as const;

/** The same in IPv6, and the ways to write an IPv4 address in it: mapped, and by NAT64. */
const PRIVATE_IPV6 = [
  "::1",
  "::ffff:127.0.0.1",
  "::ffff:10.0.0.1",
  "64:ff9b::7f00:1",
  "fc00::1",
  "fd00:ec2::254",
  "fe80::1",
  "ff02::1",
] as const;

export const PRIVATE_PEERS: readonly string[] = [...PRIVATE_IPV4, ...PRIVATE_IPV6];
