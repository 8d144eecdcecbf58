/** Check kind `websocket`: a path is passed on as a WebSocket by everything on the way and, for XMPP, to a stream's opening. */
import { z } from "zod";
import { defineKind } from "./check-kind.ts";
import {
  connectReasons,
  type ConnectReason,
  explainedByTls,
  tlsReasons,
  type TlsReason,
} from "./connect/connect-reasons.ts";
import { openSecured } from "./connect/open-secured.ts";
import { hostField, portField, targetFields } from "./spec-values.ts";
import { askForPong } from "./websocket/ask-for-pong.ts";
import { askToOpen } from "./websocket/ask-to-open.ts";
import { openWebSocket } from "./websocket/open-websocket.ts";
import { type OpenReason, openReasons } from "./websocket/open-reasons.ts";
import { type UpgradeReason, upgradeReasons } from "./websocket/upgrade-reasons.ts";

const schema = z.strictObject({
  ...targetFields,
  scheme: z.enum(["wss", "ws"]).default("wss"),
  port: portField.optional(),
  path: z
    .string()
    .regex(/^\/[\x21-\x7e]*$/, "write a path such as /xmpp-websocket")
    .default("/xmpp-websocket"),
  protocol: z
    .string()
    .regex(/^[A-Za-z0-9._-]{1,64}$/, "write a subprotocol such as xmpp")
    .default("xmpp"),
  domain: hostField.optional(),
  allowSelfSigned: z.boolean().default(false),
});

type WebSocketSpec = z.output<typeof schema>;
type Reason = OpenReason | UpgradeReason | ConnectReason | TlsReason;

/** Bytes of a message; an opening is some hundred. */
const MESSAGE_LIMIT = 16_384;

export const websocketCheck = defineKind<WebSocketSpec, Reason>({
  kind: "websocket",
  schema,
  reasons: { ...connectReasons, ...tlsReasons, ...upgradeReasons, ...openReasons },
  explainedBy: explainedByTls,
  target: urlOf,
  interval: 60_000,
  run: async (spec, run) => {
    const secure = spec.scheme === "wss";
    const socket = await openSecured({ ...spec, port: portOf(spec), secure, alpn: ["http/1.1"] }, run);
    const request = { url: urlOf(spec), protocol: spec.protocol, messageLimit: MESSAGE_LIMIT };
    const webSocket = await openWebSocket(socket, request, run);
    try {
      if (spec.domain === undefined) {
        await askForPong(webSocket, run);
        return { reason: "ok", message: `opens with subprotocol ${spec.protocol}` };
      }
      const from = await askToOpen(webSocket, spec.domain, run);
      run.note({ from });
      return { reason: "ok", message: `opens a stream for ${spec.domain}` };
    } finally {
      // Nothing is lost with it: nobody has logged in.
      webSocket.terminate();
    }
  },
});

function urlOf(spec: WebSocketSpec): string {
  const name = spec.host.includes(":") ? `[${spec.host}]` : spec.host;
  return `${spec.scheme}://${name}:${portOf(spec)}${spec.path}`;
}

function portOf(spec: WebSocketSpec): number {
  return spec.port ?? (spec.scheme === "wss" ? 443 : 80);
}
