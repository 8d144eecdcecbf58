/** Bounds on whom a check may contact, for targets that were named by a server nobody knows. */

export interface ContactPolicy {
  /** Why an IP address is left alone; undefined when it may be contacted. */
  refusal(address: string): string | undefined;
  /** Counts one datagram to an IP address; false when it must not be sent any more. */
  allowDatagram(address: string): boolean;
  /** The address has answered as only who knows the right credentials can: its datagrams count no longer. */
  trust(address: string): void;
}
