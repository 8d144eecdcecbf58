/** Presence in a room: entering it as a participant of Jitsi does, leaving, and what others' presence says. */
import { CLIENT_NAMESPACE } from "../xmpp/stanza.ts";
import { childOf, type XmlElement } from "../xmpp/xml-element.ts";
import { escapeXml, writeXml } from "../xmpp/xml-writer.ts";
import { capsElement } from "./capabilities.ts";
import { MUC, MUC_USER } from "./namespaces.ts";

/** What lib-jitsi-meet sends on joining, as far as the servers read it. `nick` is the endpoint's id, too. */
export function enterPresence(occupant: string, nick: string): string {
  const text = (name: string, content: string, xmlns?: string) =>
    writeXml(name, { xmlns }, escapeXml(content));
  const content = [
    writeXml("x", { xmlns: MUC }),
    capsElement(),
    text("stats-id", "convene-check"),
    text("nick", "convene check", "http://jabber.org/protocol/nick"),
    text("jitsi_participant_codecList", "opus"),
    text("SourceInfo", JSON.stringify({ [sourceName(nick)]: { muted: false } })),
    text("audiomuted", "false", "http://jitsi.org/jitmeet/audio"),
    text("videomuted", "true", "http://jitsi.org/jitmeet/video"),
  ];
  return writeXml("presence", { xmlns: CLIENT_NAMESPACE, to: occupant }, content.join(""));
}

export function leavePresence(occupant: string): string {
  return writeXml("presence", { xmlns: CLIENT_NAMESPACE, to: occupant, type: "unavailable" });
}

/** Of the participant's one audio source. */
export function sourceName(nick: string): string {
  return `${nick}-a0`;
}

export interface SeenPresence {
  readonly from: string;
  readonly type: string | undefined;
  readonly affiliation: string | undefined;
  /** Why a moderator took the occupant's role (XEP-0045 section 8.2), or an owner the room (section 10.9). */
  readonly words: string;
  /** jicofo's own word for having no bridge. */
  readonly saysNoBridge: boolean;
}

/** Undefined for anything that is no presence. */
export function readPresence(stanza: XmlElement): SeenPresence | undefined {
  const { from, type } = stanza.attributes;
  if (stanza.name !== "presence" || from === undefined) return undefined;
  const user = childOf(stanza, "x", MUC_USER);
  const item = user === undefined ? undefined : childOf(user, "item", MUC_USER);
  const saysNoBridge = stanza.children.some(({ name }) => name === "bridgeNotAvailable");
  const destroy = user === undefined ? undefined : childOf(user, "destroy", MUC_USER);
  const words = [item, destroy].map((one) => one && childOf(one, "reason", MUC_USER)?.text).join("");
  return { from, type, affiliation: item?.attributes.affiliation, words, saysNoBridge };
}
