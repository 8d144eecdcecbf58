/** A stream of XML elements to a server, over whatever carries it (RFC 6120 section 4). */
import { CheckFailure } from "../check-run.ts";
import type { SessionReason } from "./session-reasons.ts";
import { childOf, type XmlElement } from "./xml-element.ts";

export const STREAM_NAMESPACE = "http://etherx.jabber.org/streams";
const STREAM_ERROR_NAMESPACE = "urn:ietf:params:xml:ns:xmpp-streams";

export interface XmppStream {
  /** Whether somebody in between could read what is sent. */
  readonly encrypted: boolean;
  /** Sends one element; its secrets are masked in the transcript. What is sent after the end is lost. */
  send(xml: string): void;
  /** The next element, whatever it is. Rejects with a SessionReason; without `waitMs` the check's deadline is the limit. */
  next(waitMs?: number): Promise<XmlElement>;
  /** Begins the stream, also anew after a login, and says as which domain the server answers. */
  open(domain: string, waitMs: number): Promise<string>;
  /** Ends the stream and the connection. Never rejects. */
  close(): Promise<void>;
}

/** The server's name out of its answer to the opening; an error can stand in its place. */
export function expectOpen(answer: XmlElement, name: string, namespace: string): string {
  refuseStreamError(answer);
  if (answer.name === name && answer.namespace === namespace) return answer.attributes.from ?? "";
  throw new CheckFailure<SessionReason>("bad_answer", `expected <${name}>, got <${answer.name}>`);
}

/** What the server offers. Fails with `no_features` where something else or nothing comes. */
export async function readFeatures(stream: XmppStream, waitMs: number): Promise<XmlElement> {
  const features = await stream.next(waitMs).catch((error: unknown) => {
    const silent = error instanceof CheckFailure && error.reason === "session_silent";
    throw silent ? new CheckFailure<SessionReason>("no_features", error.message) : error;
  });
  refuseStreamError(features);
  if (features.name === "features" && features.namespace === STREAM_NAMESPACE) return features;
  throw new CheckFailure<SessionReason>("no_features", `expected <stream:features>, got <${features.name}>`);
}

/** Stream errors: RFC 6120 section 4.9.3; `<close/>`: RFC 7395 section 3.6. */
export function refuseStreamError(element: XmlElement): void {
  if (element.name === "close" && element.namespace === "urn:ietf:params:xml:ns:xmpp-framing") {
    throw new CheckFailure<SessionReason>("stream_closed", "the server closed the stream without a reason");
  }
  if (element.name !== "error" || element.namespace !== STREAM_NAMESPACE) return;
  const condition = element.children.find(
    ({ name, namespace }) => namespace === STREAM_ERROR_NAMESPACE && name !== "text",
  );
  const words = childOf(element, "text", STREAM_ERROR_NAMESPACE)?.text ?? "";
  const said = condition?.name ?? "an unnamed error";
  const reason = said === "host-unknown" ? "host_unknown" : "stream_refused";
  throw new CheckFailure<SessionReason>(reason, `the stream was refused: ${said} ${words}`.trim(), {
    evidence: { condition: said },
  });
}
