/** The wrapper around elements that go over BOSH: `<body/>` (XEP-0124 section 7, XEP-0206 section 3). */
import { readXmlElement, type XmlElement } from "./xml-element.ts";
import { writeXml } from "./xml-writer.ts";

const BOSH_NAMESPACE = "http://jabber.org/protocol/httpbind";
const XBOSH_NAMESPACE = "urn:xmpp:xbosh";

export type BoshPurpose =
  /** Makes the session. */
  | { readonly kind: "session"; readonly domain: string; readonly waitSeconds: number }
  /** Begins the stream anew, after a login. */
  | { readonly kind: "restart"; readonly domain: string; readonly sessionId: string }
  | { readonly kind: "elements"; readonly sessionId: string; readonly end?: boolean };

/** `elements` are XML already. */
export function writeBoshBody(
  requestId: number,
  purpose: BoshPurpose,
  elements: readonly string[] = [],
): string {
  const head = { xmlns: BOSH_NAMESPACE, rid: `${requestId}` };
  return writeXml("body", { ...head, ...attributesOf(purpose) }, elements.join(""));
}

function attributesOf(purpose: BoshPurpose): Readonly<Record<string, string | undefined>> {
  if (purpose.kind === "elements") {
    return { sid: purpose.sessionId, type: purpose.end === true ? "terminate" : undefined };
  }
  const stream = { "xmlns:xmpp": XBOSH_NAMESPACE, to: purpose.domain, "xml:lang": "en" };
  if (purpose.kind === "restart") return { ...stream, sid: purpose.sessionId, "xmpp:restart": "true" };
  return {
    ...stream,
    ver: "1.6",
    wait: `${purpose.waitSeconds}`,
    hold: "1",
    content: "text/xml; charset=utf-8",
    "xmpp:version": "1.0",
  };
}

/** Undefined for anything else than one body; its children are the elements. */
export function readBoshBody(text: string): XmlElement | undefined {
  const body = readXmlElement(text);
  return body?.name === "body" && body.namespace === BOSH_NAMESPACE ? body : undefined;
}
