/** Whether parts of the server are there: each is asked what it is (XEP-0030). */
import { CheckFailure } from "../check-run.ts";
import type { MeetingReason } from "./meeting-reasons.ts";
import { StanzaRefused } from "./stanza.ts";
import { writeXml } from "./xml-writer.ts";
import type { XmppSession } from "./xmpp-session.ts";

const DISCO_INFO = writeXml("query", { xmlns: "http://jabber.org/protocol/disco#info" });
const ANSWER_MS = 5_000;

const MISSING = { rooms: "component_missing", side: "side_component_missing" } as const;
const SILENT = { rooms: "component_silent", side: "side_component_silent" } as const;

/**
 * For parts that answer disco, such as every MUC. Prosody says `service-unavailable` for a component whose module did
 * not load (which its own list, disco#items, still names), and `not-allowed` for one that its configuration does not
 * have. Fails with `component_missing` or `component_silent`, of a part that meetings do without with `side_` before it.
 */
export async function expectComponent(
  session: XmppSession,
  address: string,
  sort: "rooms" | "side" = "rooms",
): Promise<void> {
  try {
    await session.ask("get", address, DISCO_INFO, ANSWER_MS);
  } catch (error) {
    if (!(error instanceof CheckFailure)) throw error;
    const { evidence } = error;
    if (error instanceof StanzaRefused) {
      const message = `${address} is not there: ${error.condition}`;
      throw new CheckFailure<MeetingReason>(MISSING[sort], message, { evidence });
    }
    if (error.reason !== "session_silent") throw error;
    throw new CheckFailure<MeetingReason>(SILENT[sort], `${address} does not answer`, { evidence });
  }
}
