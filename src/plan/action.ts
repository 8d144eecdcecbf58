/** A plan: actions with their reasons, in an order that respects what each depends on. */
import type {
  DesiredAccount,
  DesiredCertificate,
  DesiredContainer,
  DesiredFile,
  DesiredImage,
  DesiredKey,
  DesiredService,
  DesiredVolume,
  Disruption,
  Origin,
} from "../model/desired-state.ts";

export interface Plan {
  readonly actions: readonly Action[];
  /** What was found and not acted on: conflicts, prunes that wait for a confirmation. */
  readonly blocked: readonly Blocked[];
}

export interface Blocked {
  /** `UnownedObject`, `ConfirmationNeeded`, `KeyConflict`. */
  readonly reason: string;
  readonly subject: string;
  readonly message: string;
  readonly hint: string;
  /** What `convene confirm ID` takes, for the ones that wait. */
  readonly confirmationId?: string;
  /** The subjects that go then. */
  readonly confirms?: readonly string[];
}

/** Why an action is in the plan. */
export type Cause = "new" | "changed" | "drift" | "removed" | "replaced" | "interrupted" | "renewal";

/** One line of before and after. Values are for people; a secret's are `***`. */
export interface Change {
  readonly field: string;
  readonly before?: string;
  readonly after?: string;
  readonly origin?: Origin;
}

interface ActionBase {
  /** Unique in the plan and the same in every pass that plans it: `create container/turn`. */
  readonly id: string;
  /** `container/turn`, `file turn:/etc/turnserver.conf`, `kv`. */
  readonly subject: string;
  readonly cause: Cause;
  /** One sentence for people: why this happens. */
  readonly reason: string;
  readonly changes: readonly Change[];
  readonly disruption: Disruption;
  /** Ids of actions that must have succeeded first. */
  readonly dependsOn: readonly string[];
  /** Runs after verification has passed: what removes the way back. */
  readonly afterVerify?: true;
  /** A failure is reported and alerted but does not make the revision fail (certificates). */
  readonly optional?: true;
}

export type Action = ActionBase &
  (
    | { readonly kind: "build-image"; readonly image: DesiredImage }
    | { readonly kind: "delete-image"; readonly alias: string; readonly fingerprint: string }
    | { readonly kind: "create-volume"; readonly volume: DesiredVolume }
    | { readonly kind: "update-volume"; readonly volume: DesiredVolume }
    | { readonly kind: "delete-volume"; readonly name: string; readonly pool: string }
    | {
        readonly kind: "create-container";
        readonly container: DesiredContainer;
        readonly as: "active" | "next";
      }
    | { readonly kind: "update-container"; readonly container: DesiredContainer; readonly restart: boolean }
    | { readonly kind: "start-container"; readonly container: DesiredContainer }
    /** Old out, next in, by renames that any later pass can finish (lxd.md A14). */
    | { readonly kind: "swap-container"; readonly container: DesiredContainer }
    | { readonly kind: "delete-container"; readonly name: string }
    | {
        readonly kind: "apply-files";
        readonly container: DesiredContainer;
        readonly writes: readonly FileWrite[];
        /** Paths convene wrote earlier and nothing desires any more. */
        readonly removals: readonly string[];
        /** Units to bring up although none of their files changed. */
        readonly startUnits: readonly string[];
      }
    | { readonly kind: "set-up-acl" }
    | {
        readonly kind: "write-kv";
        readonly puts: readonly DesiredKey[];
        readonly deletes: readonly string[];
        readonly releases: readonly string[];
      }
    | { readonly kind: "register-service"; readonly service: DesiredService }
    | { readonly kind: "deregister-service"; readonly serviceId: string }
    | {
        readonly kind: "apply-accounts";
        readonly container: DesiredContainer;
        readonly set: readonly DesiredAccount[];
        readonly remove: readonly string[];
      }
    | { readonly kind: "issue-certificate"; readonly certificate: DesiredCertificate }
  );

export type ActionKind = Action["kind"];

export interface FileWrite {
  readonly file: DesiredFile;
  /** `live` when only masked parts differ from what the running service has. */
  readonly effect: "live" | "full";
}
