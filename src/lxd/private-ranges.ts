/** Which addresses containers may not reach: private ranges without their own network, as CIDR blocks. */

/** Private (RFC 1918, RFC 4193), shared (RFC 6598) and link-local (RFC 3927, RFC 4291) addresses. */
const PRIVATE_BLOCKS = [
  "10.0.0.0/8",
  "172.16.0.0/12",
  "192.168.0.0/16",
  "100.64.0.0/10",
  "169.254.0.0/16",
  "fc00::/7",
  "fe80::/10",
] as const;

interface Block {
  readonly family: 4 | 6;
  /** First address as a number. */
  readonly first: bigint;
  readonly length: number;
}

/**
 * The private ranges without `networks` (CIDR of the containers' own networks, any host bits are ignored).
 * LXD evaluates drop and reject before allow, so an exception cannot be a rule: it has to be a hole in the range.
 */
export function privateRangesWithout(networks: readonly string[]): readonly string[] {
  const holes = networks.map(parseBlock);
  let blocks = PRIVATE_BLOCKS.map(parseBlock);
  for (const hole of holes) blocks = blocks.flatMap((block) => subtract(block, hole));
  return blocks.map(printBlock);
}

/** What is left of `block`: nothing, itself, or the halves that do not hold `hole`. */
function subtract(block: Block, hole: Block): Block[] {
  if (contains(hole, block)) return [];
  if (!contains(block, hole)) return [block];
  const length = block.length + 1;
  const size = 1n << BigInt(bitsOf(block.family) - length);
  const low: Block = { family: block.family, first: block.first, length };
  const high: Block = { family: block.family, first: block.first + size, length };
  return [...subtract(low, hole), ...subtract(high, hole)];
}

function contains(outer: Block, inner: Block): boolean {
  if (outer.family !== inner.family || outer.length > inner.length) return false;
  const shift = BigInt(bitsOf(outer.family) - outer.length);
  return outer.first >> shift === inner.first >> shift;
}

function bitsOf(family: 4 | 6): number {
  return family === 4 ? 32 : 128;
}

function parseBlock(cidr: string): Block {
  const [address = "", prefix = ""] = cidr.split("/");
  const family = address.includes(":") ? 6 : 4;
  const length = Number(prefix);
  const shift = BigInt(bitsOf(family) - length);
  const number = family === 4 ? parseIpv4(address) : parseIpv6(address);
  return { family, first: (number >> shift) << shift, length };
}

function parseIpv4(address: string): bigint {
  return address.split(".").reduce((number, part) => (number << 8n) + BigInt(part), 0n);
}

/** Hexadecimal groups with at most one `::` (RFC 4291, section 2.2). */
function parseIpv6(address: string): bigint {
  const [head = "", tail] = address.split("::");
  const before = head === "" ? [] : head.split(":");
  const after = tail === undefined || tail === "" ? [] : tail.split(":");
  const zeros = tail === undefined ? [] : Array.from({ length: 8 - before.length - after.length }, () => "0");
  return [...before, ...zeros, ...after].reduce(
    (number, group) => (number << 16n) + BigInt(`0x${group}`),
    0n,
  );
}

function printBlock(block: Block): string {
  const bytes = block.family === 4 ? 8n : 16n;
  const count = block.family === 4 ? 4 : 8;
  const parts = Array.from({ length: count }, (_, index) => {
    const shift = bytes * BigInt(count - 1 - index);
    return (block.first >> shift) & ((1n << bytes) - 1n);
  });
  const address = block.family === 4 ? parts.join(".") : parts.map((part) => part.toString(16)).join(":");
  return `${address}/${block.length}`;
}
