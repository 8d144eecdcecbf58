/** Every kind of manifest, by its name. */
import { certificateSchema, type CertificateManifest } from "./certificate.ts";
import { checkSchema, type CheckManifest } from "./check.ts";
import { componentSchema, type ComponentManifest } from "./component.ts";
import { containerSchema, type ContainerManifest } from "./container.ts";
import { imageSchema, type ImageManifest } from "./image.ts";
import { receiverSchema, type ReceiverManifest } from "./receiver.ts";
import { routeSchema, type RouteManifest } from "./route.ts";
import { secretSchema, type SecretManifest } from "./secret.ts";
import { siteSchema, type SiteManifest } from "./site.ts";
import { userSchema, type UserManifest } from "./user.ts";

export type Manifest =
  | SiteManifest
  | ComponentManifest
  | RouteManifest
  | UserManifest
  | ReceiverManifest
  | SecretManifest
  | CheckManifest
  | CertificateManifest
  | ImageManifest
  | ContainerManifest;

export type Kind = Manifest["kind"];

export type ManifestOf<K extends Kind> = Extract<Manifest, { readonly kind: K }>;

export const MANIFEST_SCHEMAS = {
  Site: siteSchema,
  Component: componentSchema,
  Route: routeSchema,
  User: userSchema,
  Receiver: receiverSchema,
  Secret: secretSchema,
  Check: checkSchema,
  Certificate: certificateSchema,
  Image: imageSchema,
  Container: containerSchema,
} as const;

export function isKind(text: string): text is Kind {
  return Object.hasOwn(MANIFEST_SCHEMAS, text);
}
