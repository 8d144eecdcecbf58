/** Check kind `xmpp`: Prosody's WebSocket opens a stream for a domain and offers the expected logins. */
import { z } from "zod";
import { defineKind } from "./check-kind.ts";
import { CheckFailure } from "./check-run.ts";
import { connectReasons, type ConnectReason, tlsReasons, type TlsReason } from "./connect/connect-reasons.ts";
import { hostField, portField, targetFields } from "./spec-values.ts";
import { openFramedStream, urlOf } from "./xmpp/framed-stream.ts";
import { offeredMechanisms } from "./xmpp/sasl.ts";
import { type SessionReason, sessionReasons } from "./xmpp/session-reasons.ts";
import { readFeatures } from "./xmpp/xmpp-stream.ts";
import type { XmppTarget } from "./xmpp/xmpp-target.ts";

const schema = z.strictObject({
  ...targetFields,
  scheme: z.enum(["wss", "ws"]).default("wss"),
  port: portField.optional(),
  path: z
    .string()
    .regex(/^\/[\x21-\x7e]*$/, "write a path such as /xmpp-websocket")
    .default("/xmpp-websocket"),
  domain: hostField.optional(),
  subdomain: z
    .string()
    .regex(/^[a-z0-9-]{1,63}$/, "write one label, such as guest")
    .optional(),
  mechanisms: z.array(z.string().regex(/^[A-Z0-9_-]{1,20}$/)).default([]),
  allowSelfSigned: z.boolean().default(false),
});

type XmppSpec = z.output<typeof schema>;

const ANSWER_MS = 5_000;

export const xmppCheck = defineKind<XmppSpec, SessionReason | ConnectReason | TlsReason>({
  kind: "xmpp",
  interval: 60_000,
  schema,
  reasons: { ...connectReasons, ...tlsReasons, ...sessionReasons },
  target: (spec) => `${urlOf(targetOf(spec))} ${targetOf(spec).domain}`,
  run: async (spec, run) => {
    const target = targetOf(spec);
    const stream = await openFramedStream(target, run);
    try {
      const from = await run.phase("open", () => stream.open(target.domain, ANSWER_MS));
      run.note({ from });
      const features = await run.phase("features", () => readFeatures(stream, ANSWER_MS));
      const offered = offeredMechanisms(features);
      run.note({ mechanisms: offered.join(" ") });
      const missing = spec.mechanisms.filter((mechanism) => !offered.includes(mechanism));
      if (missing.length > 0) {
        const message = `${missing.join(", ")} not offered; offered: ${offered.join(", ") || "none"}`;
        throw new CheckFailure<SessionReason>("missing_mechanism", message);
      }
      return { reason: "ok", message: `opens a stream for ${target.domain}, offers ${offered.join(", ")}` };
    } finally {
      await stream.close();
    }
  },
});

function targetOf(spec: XmppSpec): XmppTarget {
  const domain = spec.domain ?? spec.host;
  return {
    host: spec.host,
    address: spec.address,
    port: spec.port ?? (spec.scheme === "wss" ? 443 : 80),
    secure: spec.scheme === "wss",
    path: spec.path,
    domain: spec.subdomain === undefined ? domain : `${spec.subdomain}.${domain}`,
    allowSelfSigned: spec.allowSelfSigned,
  };
}
