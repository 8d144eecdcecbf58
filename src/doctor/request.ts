/** What `convene doctor` is asked to look at. */
import type { Secret } from "../system/secret.ts";

export interface DoctorTarget {
  /** A host name in ASCII, or an IP address. */
  readonly host: string;
  /** Of the web page, 443 unless the address people open has another. */
  readonly port: number;
}

export interface DoctorRequest {
  readonly target: DoctorTarget;
  /** Who opens a room where guests may not. */
  readonly login?: { readonly username: string; readonly password: Secret };
  /** Contact addresses that are not on the internet too. */
  readonly allowPrivate: boolean;
  /** Go on behind a certificate whose issuer is unknown. */
  readonly allowSelfSigned: boolean;
  /** Addresses to use for a name instead of DNS. */
  readonly pins: ReadonlyMap<string, readonly string[]>;
  /** Milliseconds for everything. */
  readonly timeout: number;
  /** PEM roots to trust beside the machine's own. */
  readonly extraRoots: readonly string[];
}
