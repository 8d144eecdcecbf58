/** Stanzas (RFC 6120 section 8): what an iq and an error look like. */
import { CheckFailure } from "../check-run.ts";
import type { SessionReason } from "./session-reasons.ts";
import { childOf, type XmlElement } from "./xml-element.ts";
import { writeXml } from "./xml-writer.ts";

export const CLIENT_NAMESPACE = "jabber:client";
const STANZA_ERROR_NAMESPACE = "urn:ietf:params:xml:ns:xmpp-stanzas";

export interface IqHead {
  readonly type: "get" | "set" | "result" | "error";
  readonly id: string;
  readonly to: string | undefined;
}

/** `payload` is XML already (xml-writer.ts). */
export function writeIq(head: IqHead, payload: string): string {
  return writeXml("iq", { xmlns: CLIENT_NAMESPACE, ...head }, payload);
}

/** The answer to a question that nobody here understands (RFC 6120 section 8.3.3.19); undefined when none is due. */
export function refusalOfIq(stanza: XmlElement): string | undefined {
  const { type, id, from } = stanza.attributes;
  if (stanza.name !== "iq" || (type !== "get" && type !== "set") || id === undefined) return undefined;
  const condition = writeXml("service-unavailable", { xmlns: STANZA_ERROR_NAMESPACE });
  return writeIq({ type: "error", id, to: from }, writeXml("error", { type: "cancel" }, condition));
}

/** An error that answers a stanza: its condition is what callers tell causes apart by. */
export class StanzaRefused extends CheckFailure<SessionReason> {
  readonly condition: string;

  constructor(question: string, error: XmlElement) {
    const { condition, words } = readError(error);
    const message = `${question} was refused: ${condition} ${words}`.trim();
    super("stanza_refused", message, { evidence: { condition } });
    this.condition = condition;
  }
}

/** RFC 6120 section 8.3.2. */
function readError(stanza: XmlElement): { readonly condition: string; readonly words: string } {
  const error = childOf(stanza, "error", CLIENT_NAMESPACE);
  const condition = error?.children.find(
    ({ name, namespace }) => namespace === STANZA_ERROR_NAMESPACE && name !== "text",
  );
  const text = error === undefined ? undefined : childOf(error, "text", STANZA_ERROR_NAMESPACE);
  return { condition: condition?.name ?? "no condition", words: text?.text ?? "" };
}
