/** Check kind `xmpp`: Prosody's WebSocket opens a stream for a domain and offers the expected logins. */
import { z } from "zod";
import { defineKind } from "./check-kind.ts";
import { CheckFailure, type CheckRun } from "./check-run.ts";
import { connectReasons, type ConnectReason, tlsReasons, type TlsReason } from "./connect/connect-reasons.ts";
import { openSecured } from "./connect/open-secured.ts";
import { hostField, portField, targetFields } from "./spec-values.ts";
import {
  FRAMING_NAMESPACE,
  type FramedStream,
  openFramedStream,
  STREAM_NAMESPACE,
} from "./xmpp/framed-stream.ts";
import { childOf, type XmlElement } from "./xmpp/xml-element.ts";
import { type XmppReason, xmppReasons } from "./xmpp/xmpp-reasons.ts";

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

const STREAM_ERROR_NAMESPACE = "urn:ietf:params:xml:ns:xmpp-streams";
const SASL_NAMESPACE = "urn:ietf:params:xml:ns:xmpp-sasl";
const ANSWER_MS = 5_000;

export const xmppCheck = defineKind<XmppSpec, XmppReason | ConnectReason | TlsReason>({
  kind: "xmpp",
  schema,
  reasons: { ...connectReasons, ...tlsReasons, ...xmppReasons },
  target: (spec) => `${urlOf(spec)} ${domainOf(spec)}`,
  run: async (spec, run) => {
    const stream = await openStream(spec, run);
    try {
      await run.phase("open", () => openFor(domainOf(spec), stream, run));
      const offered = await run.phase("features", () => readMechanisms(stream));
      run.note({ mechanisms: offered.join(" ") });
      const missing = spec.mechanisms.filter((mechanism) => !offered.includes(mechanism));
      if (missing.length > 0) {
        const message = `${missing.join(", ")} not offered; offered: ${offered.join(", ") || "none"}`;
        throw new CheckFailure<XmppReason>("missing_mechanism", message);
      }
      return { reason: "ok", message: `opens a stream for ${domainOf(spec)}, offers ${offered.join(", ")}` };
    } finally {
      stream.close();
    }
  },
});

async function openStream(spec: XmppSpec, run: CheckRun): Promise<FramedStream> {
  const secure = spec.scheme === "wss";
  const socket = await openSecured({ ...spec, port: portOf(spec), secure, alpn: ["http/1.1"] }, run);
  return await openFramedStream(socket, urlOf(spec), run);
}

/** RFC 7395 section 3.4: both sides begin with `<open/>`; an error follows the server's, or stands alone. */
async function openFor(domain: string, stream: FramedStream, run: CheckRun): Promise<void> {
  stream.send(`<open xmlns="${FRAMING_NAMESPACE}" to="${domain}" version="1.0"/>`);
  const first = await stream.next(ANSWER_MS);
  refuseError(first);
  if (first.name !== "open" || first.namespace !== FRAMING_NAMESPACE) {
    throw new CheckFailure<XmppReason>("bad_answer", `expected <open>, got <${first.name}>`);
  }
  run.note({ from: first.attributes.from ?? "" });
}

async function readMechanisms(stream: FramedStream): Promise<readonly string[]> {
  const features = await stream.next(ANSWER_MS);
  refuseError(features);
  if (features.name !== "features" || features.namespace !== STREAM_NAMESPACE) {
    throw new CheckFailure<XmppReason>("no_features", `expected <stream:features>, got <${features.name}>`);
  }
  const mechanisms = childOf(features, "mechanisms", SASL_NAMESPACE)?.children ?? [];
  return mechanisms.map(({ text }) => text.trim());
}

/** Stream errors: RFC 6120 section 4.9.3. */
function refuseError(element: XmlElement): void {
  if (element.name === "close" && element.namespace === FRAMING_NAMESPACE) {
    throw new CheckFailure<XmppReason>("stream_closed", "the server closed the stream without a reason");
  }
  if (element.name !== "error" || element.namespace !== STREAM_NAMESPACE) return;
  const condition = element.children.find(
    ({ name, namespace }) => namespace === STREAM_ERROR_NAMESPACE && name !== "text",
  );
  const words = childOf(element, "text", STREAM_ERROR_NAMESPACE)?.text ?? "";
  const said = condition?.name ?? "an unnamed error";
  const reason = said === "host-unknown" ? "host_unknown" : "stream_refused";
  throw new CheckFailure<XmppReason>(reason, `the stream was refused: ${said} ${words}`.trim(), {
    evidence: { condition: said },
  });
}

function urlOf(spec: XmppSpec): string {
  return `${spec.scheme}://${spec.host}:${portOf(spec)}${spec.path}`;
}

function domainOf(spec: XmppSpec): string {
  const domain = spec.domain ?? spec.host;
  return spec.subdomain === undefined ? domain : `${spec.subdomain}.${domain}`;
}

function portOf(spec: XmppSpec): number {
  return spec.port ?? (spec.scheme === "wss" ? 443 : 80);
}
