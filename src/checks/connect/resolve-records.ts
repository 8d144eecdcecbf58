/** Asks a DNS server for records: the machine's own, or one that is named. */
import { Resolver } from "node:dns/promises";

export type RecordType = "A" | "AAAA" | "SRV";

export interface DnsQuestion {
  readonly name: string;
  readonly type: RecordType;
  /** Absent: the servers of /etc/resolv.conf. */
  readonly server?: { readonly address: string; readonly port: number } | undefined;
}

export interface DnsAnswer {
  /** Addresses; of SRV records `target:port`. */
  readonly records: readonly string[];
  /** Where the name leads by CNAME; undefined when it is no alias. */
  readonly alias: string | undefined;
}

/** Rejects with one of node:dns's codes (`ENOTFOUND`, `ENODATA`, `ESERVFAIL`, …; nodejs.org/api/dns.html#error-codes). */
export type ResolveRecords = (question: DnsQuestion, signal: AbortSignal) => Promise<DnsAnswer>;

/** Milliseconds; a lost packet is asked again twice, which takes 5 s in all. */
const PATIENCE = { timeout: 1_000, maxTimeout: 1_500, tries: 3 };

/** Unlike a lookup this does not read /etc/hosts. */
export async function resolveRecords(question: DnsQuestion, signal: AbortSignal): Promise<DnsAnswer> {
  const resolver = new Resolver(PATIENCE);
  if (question.server !== undefined) resolver.setServers([withPort(question.server)]);
  const stop = (): void => resolver.cancel();
  signal.addEventListener("abort", stop, { once: true });
  try {
    signal.throwIfAborted();
    // Side by side; an alias without records is told of by the first.
    const [records, alias] = await Promise.all([ask(resolver, question), aliasOf(resolver, question.name)]);
    return { records, alias };
  } finally {
    signal.removeEventListener("abort", stop);
  }
}

async function ask(resolver: Resolver, { name, type }: DnsQuestion): Promise<readonly string[]> {
  if (type === "A") return await resolver.resolve4(name);
  if (type === "AAAA") return await resolver.resolve6(name);
  const services = await resolver.resolveSrv(name);
  return services
    .toSorted((left, right) => left.priority - right.priority || right.weight - left.weight)
    .map((service) => `${service.name}:${service.port}`);
}

async function aliasOf(resolver: Resolver, name: string): Promise<string | undefined> {
  try {
    const [alias] = await resolver.resolveCname(name);
    return alias;
  } catch {
    return undefined;
  }
}

function withPort({ address, port }: { readonly address: string; readonly port: number }): string {
  return address.includes(":") ? `[${address}]:${port}` : `${address}:${port}`;
}
