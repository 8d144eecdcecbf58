/** Names to addresses: each asked once, so that what was judged is what is connected to. */
import { lookup } from "node:dns/promises";

export type Lookup = (host: string) => Promise<readonly string[]>;

/** IPv4 and IPv6 addresses in the order this machine would try them. */
export const systemLookup: Lookup = async (host) => {
  const found = await lookup(host, { all: true });
  return found.map(({ address }) => address);
};

/** Pinned names are never asked for; an answer, or a failure, is kept for the whole run. */
export function createResolver(pins: ReadonlyMap<string, readonly string[]>, ask: Lookup): Lookup {
  const known = new Map<string, Promise<readonly string[]>>();
  return (host) => {
    const name = host.toLowerCase().replace(/\.$/, "");
    const pinned = pins.get(name);
    if (pinned !== undefined) return Promise.resolve(pinned);
    const answer = known.get(name) ?? ask(name);
    known.set(name, answer);
    return answer;
  };
}
