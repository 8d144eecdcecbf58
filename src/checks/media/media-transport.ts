/** What a bridge tells a participant to connect with, by colibri2 or in a Jingle offer. */
import type { Fingerprint } from "./media-messages.ts";

export interface MediaTransport {
  readonly ufrag: string;
  readonly pwd: string;
  /** UDP only. */
  readonly candidates: readonly MediaCandidate[];
  readonly fingerprints: readonly Fingerprint[];
}

export interface MediaCandidate {
  readonly ip: string;
  readonly port: number;
  /** `host`, `srflx`. */
  readonly type: string;
}
