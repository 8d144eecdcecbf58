/** What an `xmpp` check is told to do. */
import { z } from "zod";
import { hostField, ipField, portField, targetFields } from "../spec-values.ts";
import type { XmppTarget } from "./xmpp-target.ts";

const label = z
  .string()
  .regex(/^[a-z0-9-]{1,63}(\.[a-z0-9-]{1,63}){0,3}$/, "write a name such as conference");
const secretName = z
  .string()
  .regex(/^[a-z0-9-]{1,63}$/, "write the name of a secret, such as check-password");

/** Without a host the site has no such relay, and nothing is expected. */
const service = z.strictObject({
  type: z.enum(["stun", "turn", "turns"]),
  host: hostField.optional(),
  port: portField,
  transport: z.enum(["udp", "tcp"]),
});

const fields = z.strictObject({
  ...targetFields,
  transport: z.enum(["websocket", "c2s"]).default("websocket"),
  scheme: z.enum(["wss", "ws"]).default("wss"),
  port: portField.optional(),
  path: z
    .string()
    .regex(/^\/[\x21-\x7e]*$/, "write a path such as /xmpp-websocket")
    .default("/xmpp-websocket"),
  domain: hostField.optional(),
  subdomain: label.optional(),
  mechanisms: z.array(z.string().regex(/^[A-Z0-9_-]{1,20}$/)).default([]),
  allowSelfSigned: z.boolean().default(false),
  login: z.enum(["none", "guest", "user"]).default("none"),
  account: z.string().min(1).max(255).optional(),
  secret: secretName.optional(),
  services: z.array(service).max(32).optional(),
  relaySecret: secretName.optional(),
  components: z.array(label).max(16).default([]),
  focus: label.optional(),
  focusRest: z.strictObject({ address: ipField, port: portField.default(8_888) }).optional(),
  conference: label.default("conference"),
  rooms: z.enum(["members", "open"]).optional(),
  openRoom: z.boolean().default(false),
});

export type XmppSpec = z.output<typeof fields>;

export const xmppSchema: z.ZodType<XmppSpec> = fields.check(({ value, issues }) => {
  const refuse = (field: keyof XmppSpec, message: string): void => {
    issues.push({ code: "custom", path: [field], message, input: value[field] });
  };
  if (value.login === "user") {
    if (value.account === undefined) refuse("account", "a login as user needs one");
    if (value.secret === undefined) refuse("secret", "a login as user needs the name of its password");
  }
  const asksMore = value.services !== undefined || value.components.length > 0 || value.focus !== undefined;
  if (asksMore && (value.login === "none" || value.transport === "c2s")) {
    refuse("login", "services, components and focus are asked after a login over WebSocket");
  }
  if (value.transport === "c2s" && value.login === "guest") refuse("login", "guests come over WebSocket");
  if ((value.rooms !== undefined || value.openRoom) && value.focus === undefined) {
    refuse("focus", "rooms are asked of the focus: write focus: focus");
  }
});

/** `domain` is the one to log in to; the others hang below the domain of the site. */
export function targetOf(spec: XmppSpec): XmppTarget {
  const overTcp = spec.transport === "c2s" ? 5_222 : undefined;
  return {
    host: spec.host,
    address: spec.address,
    port: spec.port ?? overTcp ?? (spec.scheme === "wss" ? 443 : 80),
    secure: spec.scheme === "wss",
    path: spec.path,
    domain: spec.subdomain === undefined ? siteDomain(spec) : below(spec, spec.subdomain),
    allowSelfSigned: spec.allowSelfSigned,
  };
}

export function siteDomain(spec: XmppSpec): string {
  return spec.domain ?? spec.host;
}

/** `conference` as `conference.D`. */
export function below(spec: XmppSpec, part: string): string {
  return `${part}.${siteDomain(spec)}`;
}
