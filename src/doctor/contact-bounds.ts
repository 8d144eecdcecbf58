/** The bounds doctor keeps towards servers that nobody knows: whom it contacts, and how many packets it sends. */
import type { ContactPolicy } from "../checks/connect/contact-policy.ts";
import { canonicalAddress, unroutable } from "./routable.ts";

/** Datagrams to an address that has not yet answered with the right credentials. */
const DATAGRAMS = 20;
/** Addresses that may be sent datagrams and have not answered so: eight relays, and a bridge's to two people. */
const ADDRESSES = 24;

/** `allowPrivate` (`--private`) lets addresses be contacted that are not on the internet; the count stays. */
export function createContactBounds(allowPrivate: boolean): ContactPolicy {
  const sent = new Map<string, number>();
  const trusted = new Set<string>();
  return {
    refusal: (address) => {
      const what = allowPrivate ? undefined : unroutable(address);
      return what === undefined ? undefined : `it is ${what}, and --private was not given`;
    },
    allowDatagram: (spelled) => {
      const address = canonicalAddress(spelled);
      if (trusted.has(address)) return true;
      if (!sent.has(address) && sent.size >= ADDRESSES) return false;
      const count = (sent.get(address) ?? 0) + 1;
      sent.set(address, count);
      return count <= DATAGRAMS;
    },
    trust: (spelled) => {
      const address = canonicalAddress(spelled);
      trusted.add(address);
      sent.delete(address);
    },
  };
}
