/** What the host looks like now, read from LXD, Consul and the containers. */

export interface ActualState {
  readonly images: readonly ActualImage[];
  readonly volumes: readonly ActualVolume[];
  readonly containers: readonly ActualContainer[];
  readonly consul: ActualConsul;
  /** By domain: the certificate on the proxy's disk; absent when there is none. */
  readonly certificates: ReadonlyMap<string, ActualCertificate>;
}

export interface ActualImage {
  readonly alias: string;
  readonly fingerprint: string;
  readonly owned: boolean;
}

export interface ActualVolume {
  readonly name: string;
  readonly pool: string;
  readonly config: Readonly<Record<string, string>>;
  readonly owned: boolean;
  readonly usedBy: readonly string[];
}

export interface ActualContainer {
  readonly name: string;
  readonly owned: boolean;
  /** LXD status code (lxd/status-codes.ts). */
  readonly statusCode: number;
  readonly description: string;
  /** Local config without `volatile.*`, `image.*` and `user.convene.*`. */
  readonly config: Readonly<Record<string, string>>;
  /** Local devices, verbatim. */
  readonly devices: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** Fingerprint of the image it was made from. */
  readonly baseImage: string;
  /** LXD has created it and never started it: somebody or something died before (lxd.md A2). */
  readonly neverStarted: boolean;
  readonly record: ContainerRecord;
  /** What the last sweep saw inside, if it is still fresh; otherwise the record speaks. */
  readonly sweep?: ContainerSweep;
}

/** What convene wrote down on the instance itself (`user.convene.*`), where it acted. */
export interface ContainerRecord {
  /** `user.convene.image`: alias the container was created for. */
  readonly image?: string;
  /** `user.convene.role`: a replacement on its way in, the old one kept until the new is verified, an image's builder. */
  readonly role: "active" | "next" | "old" | "build";
  /** `user.convene.conferences`: where the number of people in calls is read, on bridges. */
  readonly conferences?: string;
  /** `user.convene.spec`: digest of the config and devices it was given last (model/spec-digest.ts). */
  readonly spec?: string;
  /** Whether its files have been written once, be they none. */
  readonly configured: boolean;
  /** `user.convene.files` and `user.convene.installing`: path → what is known of the last write. */
  readonly files: Readonly<Record<string, RecordedFile>>;
  /** `user.convene.accounts`: JID → fingerprint. */
  readonly accounts: Readonly<Record<string, string>>;
}

/** Digest and structure digest that the service has; both empty after a write that is not known to have ended. */
export interface RecordedFile {
  readonly digest: string;
  readonly structure: string;
  /** Of an unfinished write: the unit that may have read it. */
  readonly unit?: string;
}

/** Digests and units read inside the container by the sweep. */
export interface ContainerSweep {
  /** Path → digest as of now; a missing file is absent. */
  readonly files: Readonly<Record<string, string>>;
  /** Units that should run and do not. */
  readonly stoppedUnits: readonly string[];
  /** JIDs that exist, where the container keeps accounts and its chat server told. */
  readonly accounts?: readonly string[];
}

export type ActualConsul =
  /** Its container does not exist or does not run. */
  | { readonly state: "absent" }
  | {
      readonly state: "unreachable";
      readonly reason: string;
      /** The error's code and hint, when it answered and could not be used: `ConsulDenied`. */
      readonly code?: string;
      readonly hint?: string;
    }
  | {
      readonly state: "ready";
      readonly kv: ReadonlyMap<string, string>;
      /** Key → sha256 of what convene wrote there last (`convene/<site>/inventory`). */
      readonly inventory: ReadonlyMap<string, string>;
      readonly services: ReadonlyMap<string, ActualService>;
      /** Whether the rights are as convene sets them; always so for a Consul that is somebody else's. */
      readonly aclReady: boolean;
    };

export interface ActualService {
  readonly id: string;
  /** sha256 of the definition convene registered, kept in the service's meta. */
  readonly digest: string;
  readonly owned: boolean;
}

export interface ActualCertificate {
  readonly domain: string;
  readonly selfSigned: boolean;
  readonly notAfter: number;
  readonly notBefore: number;
  readonly names: readonly string[];
  /** sha256 of the DER leaf, hex. */
  readonly fingerprint: string;
}
