/** The shape of every check and its result. */
import type { SecureContext } from "node:tls";
import type { Clock } from "../system/clock.ts";
import type { Secret } from "../system/secret.ts";
import type { CertificateMemory } from "./certificates/certificate-memory.ts";
import type { ContactPolicy } from "./connect/contact-policy.ts";
import type { ResolveRecords } from "./connect/resolve-records.ts";
import type { MediaLauncher } from "./media/media-launcher.ts";
import type { OwnParticipants } from "./own-participants.ts";

/** One step of a check with its duration. */
export interface Phase {
  readonly name: string;
  readonly milliseconds: number;
}

export interface CheckResult {
  /** The check's name in the manifests: `turn-udp`. */
  readonly name: string;
  readonly kind: string;
  readonly target: string;
  readonly ok: boolean;
  /** From the kind's closed list; `ok` when it is. */
  readonly reason: string;
  /** One sentence with the other side's own words. */
  readonly message: string;
  /** What it measured, in a few words for the pusher's line: `1.2 s, 0 % loss`. */
  readonly summary?: string;
  /** Names the file or setting to change; present on every failure. */
  readonly hint?: string;
  readonly severity: Severity;
  readonly phases: readonly Phase[];
  /** From its beginning to its end, which phases at the same moment add up to more than; absent: their sum. */
  readonly milliseconds?: number;
  /** Trimmed proof: a certificate's dates, a response code, a stanza. Never a secret. */
  readonly evidence: Evidence;
  /** Milliseconds since the epoch. */
  readonly checkedAt: number;
}

export type Severity = "ok" | "info" | "warning" | "critical";

export type Evidence = Readonly<Record<string, string | number | boolean>>;

/** What a check may use. A check never reads the clock, the network interfaces or the environment by itself. */
export interface CheckContext {
  readonly clock: Pick<Clock, "now" | "monotonic">;
  readonly signal: AbortSignal;
  /** A line of the conversation, printed by `convene check NAME --verbose`. */
  readonly transcript: (line: string) => void;
  /** PEM roots trusted beside the system's own (the lab's ACME server has its own). */
  readonly extraRoots: readonly string[];
  /** The same roots, ready for a handshake; made once (check-context.ts). */
  readonly secureContext: SecureContext;
  /** Trusts nobody and takes every protocol, key and certificate, so that they can be judged; made once. */
  readonly lenientContext: SecureContext;
  /** IP addresses of a host name, best first; rejects when there are none. */
  readonly resolve: (host: string) => Promise<readonly string[]>;
  /** Records of a name in DNS, from the machine's servers or a named one. */
  readonly resolveRecords: ResolveRecords;
  /** A generated secret by its name in the manifests: `turn-secret`. Rejects when there is none. */
  readonly secret: (name: string) => Promise<Secret>;
  /** The certificate chain on disk for a domain, PEM, leaf first; undefined when there is none. */
  readonly readCertificate: (domain: string) => Promise<string | undefined>;
  /** The private key beside it, PEM; undefined when there is none. */
  readonly readPrivateKey: (domain: string) => Promise<Secret | undefined>;
  /** What is known of certificates seen before, by every check of this context, and where they lead: the same roots. */
  readonly certificates: CertificateMemory;
  /** Unpredictable bytes, for transaction ids and room names. */
  readonly randomBytes: (size: number) => Uint8Array;
  /** Bounds for targets that a foreign server named (`convene doctor`); without it anybody may be contacted. */
  readonly contacts?: ContactPolicy;
  /** The process that does WebRTC. */
  readonly media: MediaLauncher;
  /** Told of every endpoint that a check holds on a bridge. */
  readonly ownParticipants: OwnParticipants;
}
