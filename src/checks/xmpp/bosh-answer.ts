/** What an HTTP answer to a BOSH request says: a body, a proxy without its server, or that the session is over. */
import { CheckFailure } from "../check-run.ts";
import type { HttpAnswer } from "../connect/http-exchange.ts";
import { readBoshBody } from "./bosh-body.ts";
import { maskStanza } from "./mask-stanza.ts";
import type { SessionReason } from "./session-reasons.ts";
import type { XmlElement } from "./xml-element.ts";

/** Fails with `bosh_not_proxied`, `prosody_down`, `backend_down` or `bad_answer`. */
export function readBoshAnswer({ status, body }: HttpAnswer): XmlElement {
  if (status !== 200) {
    const message = `the BOSH request was answered with ${status}`;
    throw new CheckFailure<SessionReason>(reasonOfStatus(status), message, { evidence: { status } });
  }
  const read = readBoshBody(body);
  if (read !== undefined) return read;
  // A page is what a web server has for every path that it does not know.
  const isPage = /^\s*<(?:!doctype html|html)/i.test(body);
  const received = maskStanza(body).slice(0, 200);
  throw new CheckFailure<SessionReason>(
    isPage ? "bosh_not_proxied" : "bad_answer",
    isPage ? "the BOSH request was answered with a web page" : "what came is no body of BOSH",
    { evidence: { status, received } },
  );
}

/** As for the WebSocket: nginx has 502 and 504 for a Prosody that is not there, HAProxy 503 for an nginx. */
function reasonOfStatus(status: number): SessionReason {
  if (status === 502 || status === 504) return "prosody_down";
  return status === 503 ? "backend_down" : "bosh_not_proxied";
}

/** Why a session is over; undefined while it is not (XEP-0124 section 17.2). */
export function endOfSession({ attributes }: XmlElement): CheckFailure<SessionReason> | undefined {
  if (attributes.type !== "terminate") return undefined;
  const { condition = "no condition" } = attributes;
  const reason = UNKNOWN_HOST.includes(condition) ? "host_unknown" : "stream_closed";
  const message = `the server ended the BOSH session: ${condition}`;
  return new CheckFailure<SessionReason>(reason, message, { evidence: { condition } });
}

const UNKNOWN_HOST: readonly string[] = ["host-unknown", "host-gone", "improper-addressing"];
