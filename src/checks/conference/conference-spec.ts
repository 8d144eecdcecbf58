/** What a Check of kind `conference` says: fields, defaults, and what follows from them. */
import { z } from "zod";
import { durationField, hostField, ipField, portField, targetFields } from "../spec-values.ts";
import type { XmppTarget } from "../xmpp/xmpp-target.ts";
import { type PathName, pathNames } from "./path-name.ts";

const label = z.string().regex(/^[a-z0-9-]{1,63}$/, "write one label, such as guest");

export const conferenceSchema = z.strictObject({
  ...targetFields,
  timeout: durationField.default(40_000),
  scheme: z.enum(["wss", "ws"]).default("wss"),
  port: portField.optional(),
  path: z
    .string()
    .regex(/^\/[\x21-\x7e]*$/, "write a path such as /xmpp-websocket")
    .default("/xmpp-websocket"),
  domain: hostField.optional(),
  guestSubdomain: label.optional(),
  access: z.enum(["members", "open"]).default("members"),
  account: z.string().min(1).max(64).optional(),
  secret: z.string().min(1).default("check-password"),
  publicAddresses: z.array(ipField).default([]),
  via: z.array(ipField).max(8).default([]),
  /** Absent: the site has no relay. */
  turnHost: hostField.optional(),
  paths: z.array(z.enum(pathNames)).min(1).max(8).optional(),
  packets: z.int().min(20).max(1_000).default(100),
  maximumLoss: z.number().min(0).max(100).default(5),
  allowSelfSigned: z.boolean().default(false),
});

export type ConferenceSpec = z.output<typeof conferenceSchema>;

function domainOf(spec: ConferenceSpec): string {
  return spec.domain ?? spec.host;
}

/** Without a relay of the site's own there is only the direct one. */
export function pathsOf(spec: ConferenceSpec): readonly PathName[] {
  if (spec.paths !== undefined) return [...new Set(spec.paths)];
  return spec.turnHost === undefined ? ["direct"] : pathNames;
}

export function xmppTargetOf(spec: ConferenceSpec): XmppTarget {
  const domain = domainOf(spec);
  return {
    host: spec.host,
    address: spec.address,
    port: spec.port ?? (spec.scheme === "wss" ? 443 : 80),
    secure: spec.scheme === "wss",
    path: spec.path,
    domain,
    guestDomain: spec.guestSubdomain === undefined ? undefined : `${spec.guestSubdomain}.${domain}`,
    allowSelfSigned: spec.allowSelfSigned,
  };
}
