/** Tells the IPv6 that this machine lacks from a fault of the site. */
import type { ConnectReason } from "../checks/connect/connect-reasons.ts";
import { isInside } from "./routable.ts";

/** Nothing came from the site itself. */
const UNANSWERED: readonly string[] = ["unreachable", "connect_timeout"] satisfies readonly ConnectReason[];

/**
 * Whether a connection failed for want of an address here: a network may announce a router and no prefix of the
 * internet, and what leaves with a link-local or private source (RFC 4291, RFC 4193) does not come back. Only after it has
 * failed, because some networks translate such addresses.
 */
export function isOwnLack(source: string | undefined, address: string, reason: string): boolean {
  return source !== undefined && isInside(source) && !isInside(address) && UNANSWERED.includes(reason);
}
