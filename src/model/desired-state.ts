/** What the host should look like: the whole output of the model step, ready to compare with what is there. */
import type { SourceLocation } from "../system/errors.ts";
import type { Secret } from "../system/secret.ts";

/** The manifest line a desired object comes from, shown beside each planned change. */
export type Origin = SourceLocation;

export interface DesiredState {
  /** `<commit>+catalogue@<version>`. */
  readonly revision: string;
  readonly site: DesiredSite;
  readonly consul: DesiredConsul;
  readonly images: readonly DesiredImage[];
  readonly volumes: readonly DesiredVolume[];
  readonly containers: readonly DesiredContainer[];
  readonly kv: readonly DesiredKey[];
  readonly services: readonly DesiredService[];
  readonly accounts: readonly DesiredAccount[];
  readonly certificates: readonly DesiredCertificate[];
  readonly checks: readonly DesiredCheck[];
  readonly receivers: readonly DesiredReceiver[];
  /** Things worth saying that stop nothing, such as a foreign key left out. */
  readonly findings: readonly Finding[];
}

export interface Finding {
  /** Stable CamelCase reason: `ForeignKeyRejected`. */
  readonly reason: string;
  readonly subject: string;
  readonly message: string;
  readonly hint?: string;
}

export interface DesiredSite {
  readonly name: string;
  readonly domain: string;
  readonly adminEmail: string;
  readonly timezone: string;
  /** Addresses people reach the host by. */
  readonly publicAddresses: readonly string[];
  /** Addresses of the host's own interfaces that nat proxies listen on. */
  readonly listenAddresses: readonly string[];
  readonly network: DesiredNetwork;
}

export interface DesiredNetwork {
  /** The LXD bridge, made by `convene init`. */
  readonly name: string;
  /** Container network in CIDR form with the host's own address: `10.10.1.1/24`. */
  readonly ipv4: string;
  readonly ipv6?: string;
}

/** Where Consul answers; `container` is absent when the site names an existing one. */
export interface DesiredConsul {
  /** IP address or name, IPv6 without brackets. */
  readonly address: string;
  readonly port: number;
  readonly container?: string;
  /** Present when it is spoken to over TLS; without `ca` (PEM) the machine's own authorities are trusted. */
  readonly tls?: { readonly ca?: string };
  /** The Secret that holds the token for an existing one. */
  readonly tokenSecret?: string;
}

export interface DesiredImage {
  /** The Image manifest's name: `turn`. */
  readonly name: string;
  /** `convene-turn-<hash of manifest, base and refresh date>`: a new content is a new alias. */
  readonly alias: string;
  readonly base: string;
  readonly build: ImageBuild;
  readonly origin?: Origin;
}

/** What happens in the throw-away container, in this order. */
export interface ImageBuild {
  readonly aptRepositories: readonly AptRepository[];
  /** `package question type value` lines for debconf-set-selections. */
  readonly debconf: readonly string[];
  readonly packages: readonly string[];
  /** Files put in before `setup` runs. */
  readonly files: readonly { readonly path: string; readonly mode: string; readonly content: string }[];
  /** Shell lines run as root with `set -eu`, after the packages. */
  readonly setup: string;
}

export interface AptRepository {
  readonly name: string;
  /** `https://download.jitsi.org`, or `machine` for the machine's own Debian mirror. */
  readonly uri: string;
  readonly suite: string;
  readonly components: readonly string[];
  /** Where the signing key is fetched, and the only fingerprint accepted. Absent: Debian's own archive keyring. */
  readonly key?: { readonly url: string; readonly fingerprint: string };
  /** apt pin: only these packages may come from here. Empty: any. */
  readonly onlyPackages: readonly string[];
}

export interface DesiredVolume {
  readonly name: string;
  readonly pool: string;
  readonly config: Readonly<Record<string, string>>;
  readonly origin?: Origin;
}

/** How much an action is felt: nothing, a hand-over nobody notices, or an end to running calls. */
export type Disruption = "none" | "reload" | "calls";

export interface DesiredContainer {
  readonly name: string;
  /** The Component it belongs to: `jitsi`. */
  readonly component: string;
  readonly imageAlias: string;
  /** Catalogue labels worth showing, such as `lab` on a stand-in's image. */
  readonly labels: readonly string[];
  readonly address: { readonly ipv4: string; readonly ipv6?: string };
  /** LXD config keys of the closed list, without `user.*`. */
  readonly config: Readonly<Record<string, string>>;
  /** LXD devices of the closed list, ready to send: root, eth0, volumes, nat proxies. */
  readonly devices: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly files: readonly DesiredFile[];
  /** systemd units that must be enabled and running. */
  readonly services: readonly DesiredUnit[];
  /** Containers that must be ready first. */
  readonly dependsOn: readonly string[];
  /** What stopping it does to people in a call. */
  readonly disruption: Disruption;
  /** Where the number of people in calls is read; present on bridges. */
  readonly conferences?: { readonly url: string };
  readonly origin?: Origin;
}

export interface DesiredUnit {
  readonly name: string;
  /** What a restart of the unit does to people in a call. */
  readonly disruption: Disruption;
}

export interface DesiredFile {
  readonly path: string;
  /** A Secret when the content holds one: it is then never printed or diffed. */
  readonly content: string | Secret;
  readonly owner: string;
  readonly group: string;
  /** Octal with a leading zero: `0640`. */
  readonly mode: string;
  /** sha256 over content, owner, group and mode, hex. */
  readonly digest: string;
  /** The digest with the parts a running service takes over live masked; equal to `digest` without `live`. */
  readonly structureDigest: string;
  /** Run in the container before the file replaces the running one; `{file}` is the candidate's path. */
  readonly validate?: readonly string[];
  /** What a structural change does afterwards. */
  readonly onChange: FileReaction;
  /** What a change of only the masked parts does instead. */
  readonly live?: { readonly command: readonly string[] };
  /** Rendered from the effective KV: it is written after the keys are. */
  readonly usesEffectiveKv: boolean;
  /** The foreign keys are unknown just now (Consul does not answer): what is there stays. */
  readonly deferred: boolean;
  readonly origin?: Origin;
}

export type FileReaction =
  | { readonly kind: "nothing" }
  | { readonly kind: "reload"; readonly unit: string }
  | { readonly kind: "restart"; readonly unit: string }
  | { readonly kind: "command"; readonly command: readonly string[]; readonly disruption: Disruption };

export interface DesiredKey {
  readonly key: string;
  readonly value: string | Secret;
  readonly origin?: Origin;
}

/** A service registered in Consul, with checks that Consul itself runs. */
export interface DesiredService {
  readonly id: string;
  readonly name: string;
  readonly address: string;
  readonly port: number;
  readonly tags: readonly string[];
  readonly check?:
    | { readonly kind: "tcp"; readonly address: string; readonly intervalSeconds: number }
    | { readonly kind: "http"; readonly url: string; readonly intervalSeconds: number };
}

/** An account in Prosody. */
export interface DesiredAccount {
  /** `focus@auth.meet.school.example`. */
  readonly jid: string;
  readonly container: string;
  readonly password: Secret;
  /** Internal accounts are never reported as people. */
  readonly internal: boolean;
  /** What calls run through logs in with it: its sessions, and so the calls, end with its password. */
  readonly carriesCalls?: true;
  /** HMAC of the password under the agent's own key: changes exactly when the password does. */
  readonly fingerprint: string;
  readonly origin?: Origin;
}

export interface DesiredCertificate {
  readonly domain: string;
  readonly email: string;
  /** ACME directory URL. */
  readonly directory: string;
  /** The container that runs certbot. */
  readonly container: string;
  /** Every `address:port` that serves it: HAProxy's 443, coturn's 5349. */
  readonly endpoints: readonly { readonly address: string; readonly port: number }[];
}

export interface DesiredCheck {
  readonly name: string;
  readonly kind: string;
  /** Validated by the check kind itself (src/checks/). */
  readonly spec: Readonly<Record<string, unknown>>;
  /** Container whose state explains a failure. */
  readonly container?: string;
  /** Checks that must hold first. */
  readonly dependsOn?: readonly string[];
  /** Checks whose failure explains one of this one. */
  readonly leansOn?: readonly string[];
  /** Looks that it takes to believe it; absent: what suits most (src/checks/states/). */
  readonly confirm?: { readonly down?: Quorum | undefined; readonly up?: Quorum | undefined };
  /** Absent: what suits its kind. */
  readonly intervalSeconds?: number;
  readonly origin?: Origin;
}

/** `needed` of the last `of` looks. */
export interface Quorum {
  readonly needed: number;
  readonly of: number;
}

export interface DesiredReceiver {
  readonly name: string;
  readonly target:
    | { readonly kind: "webhook"; readonly url: string; readonly token?: Secret }
    | {
        readonly kind: "email";
        readonly to: string;
        readonly from: string;
        readonly host: string;
        readonly port: number;
        readonly security: "starttls" | "tls" | "none";
        readonly user?: string;
        readonly password?: Secret;
      };
}
