/** What a participant says to the focus' offer: accepted with its own transport and one audio source, and the end of it. */
import type { LocalParameters } from "../media/media-messages.ts";
import { escapeXml, writeXml } from "../xmpp/xml-writer.ts";
import type { Offer } from "./jingle-offer.ts";
import { DTLS, FOCUS, ICE, JINGLE, RTP, SOURCES } from "./namespaces.ts";
import { sourceName } from "./room-presence.ts";

/** session-accept, without candidates: the bridge learns the address from the ICE checks (XEP-0176 section 5.7). */
export function acceptElement(offer: Offer, responder: string, nick: string, local: LocalParameters): string {
  const opus = { id: `${offer.opusPayloadType}`, name: "opus", clockrate: "48000", channels: "2" };
  const source = { xmlns: SOURCES, ssrc: `${local.ssrc}`, name: sourceName(nick) };
  const stream = writeXml("parameter", { name: "msid", value: `${nick}-audio-0 ${nick}-audio-track` });
  const description = writeXml(
    "description",
    { xmlns: RTP, media: "audio" },
    [writeXml("payload-type", opus), writeXml("rtcp-mux"), writeXml("source", source, stream)].join(""),
  );
  const { hash, value } = local.fingerprint;
  const fingerprint = writeXml("fingerprint", { xmlns: DTLS, hash, setup: "active" }, escapeXml(value));
  const transport = writeXml(
    "transport",
    { xmlns: ICE, ufrag: local.ufrag, pwd: local.pwd },
    `${writeXml("rtcp-mux")}${fingerprint}`,
  );
  const content = { name: offer.content, creator: "initiator", senders: "both" };
  return writeXml(
    "jingle",
    { xmlns: JINGLE, action: "session-accept", initiator: offer.initiator, responder, sid: offer.sid },
    writeXml("content", content, `${description}${transport}`),
  );
}

/** session-terminate: a participant that goes as people do (lib-jitsi-meet JingleSessionPC.terminate). */
export function terminateElement(offer: Offer): string {
  const reason = writeXml("reason", {}, writeXml("success"));
  const session = { xmlns: FOCUS, id: offer.bridgeSession, restart: "false" };
  const bridge = offer.bridgeSession === undefined ? "" : writeXml("bridge-session", session);
  const head = { xmlns: JINGLE, action: "session-terminate", initiator: offer.initiator, sid: offer.sid };
  return writeXml("jingle", head, `${reason}${bridge}`);
}
