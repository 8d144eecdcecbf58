/** The focus' invitation: what the bridge allocated for this participant, read out of a session-initiate. */
import { isIP } from "node:net";
import { CheckFailure } from "../check-run.ts";
import type { Fingerprint } from "../media/media-messages.ts";
import type { MediaCandidate, MediaTransport } from "../media/media-transport.ts";
import { childOf, type XmlElement } from "../xmpp/xml-element.ts";
import type { ConferenceReason } from "./conference-reasons.ts";
import { COLIBRI, DTLS, FOCUS, ICE, RTP, SOURCES } from "./namespaces.ts";

export interface Offer {
  readonly sid: string;
  readonly initiator: string | undefined;
  /** Name of the content that carries audio. */
  readonly content: string;
  readonly opusPayloadType: number;
  readonly transport: MediaTransport;
  /** The bridge's channel for browsers without data channels; undefined where the bridge offers none. */
  readonly webSocket: string | undefined;
  /** Names what the bridge has for this participant. */
  readonly bridgeSession: string | undefined;
}

/** Fails with `bad_offer`. */
export function readOffer(jingle: XmlElement): Offer {
  const { sid, initiator } = jingle.attributes;
  const contents = jingle.children.filter(({ name }) => name === "content");
  const audio = contents.find(
    (content) => childOf(content, "description", RTP)?.attributes.media === "audio",
  );
  if (sid === undefined || audio === undefined) throw bad("it offers no audio");
  // All contents carry the same transport (XEP-0176 with BUNDLE).
  const transport = childOf(audio, "transport", ICE);
  if (transport === undefined) throw bad("it has no ICE transport");
  const session = childOf(jingle, "bridge-session", FOCUS);
  return {
    sid,
    initiator,
    content: audio.attributes.name ?? "audio",
    opusPayloadType: opusOf(audio),
    transport: readTransport(transport),
    webSocket: childOf(transport, "web-socket", COLIBRI)?.attributes.url,
    bridgeSession: session?.attributes.id,
  };
}

/** SSRCs of all sources in a session-initiate or source-add. */
export function announcedSources(jingle: XmlElement): readonly number[] {
  return jingle.children
    .flatMap((content) => childOf(content, "description", RTP)?.children ?? [])
    .filter(({ name, namespace }) => name === "source" && namespace === SOURCES)
    .map(({ attributes }) => Number(attributes.ssrc));
}

function readTransport(transport: XmlElement): MediaTransport {
  const { ufrag, pwd } = transport.attributes;
  if (!fits(ufrag, 256) || !fits(pwd, 256)) throw bad("it has no ICE credentials");
  const fingerprints = transport.children.flatMap(readFingerprint).slice(0, 4);
  if (fingerprints.length === 0) throw bad("it has no DTLS fingerprint");
  return { ufrag, pwd, fingerprints, candidates: transport.children.flatMap(readCandidate).slice(0, 64) };
}

function readFingerprint(element: XmlElement): readonly Fingerprint[] {
  if (element.name !== "fingerprint" || element.namespace !== DTLS) return [];
  const { hash } = element.attributes;
  const value = element.text.trim();
  return fits(hash, 16) && fits(value, 200) ? [{ hash, value }] : [];
}

/** UDP of component 1, at an address. */
function readCandidate(element: XmlElement): readonly MediaCandidate[] {
  if (element.name !== "candidate" || element.namespace !== ICE) return [];
  const { ip = "", protocol = "", component = "1", type = "host" } = element.attributes;
  const port = /^\d{1,5}$/.test(element.attributes.port ?? "") ? Number(element.attributes.port) : 0;
  const usable = protocol.toLowerCase() === "udp" && component === "1" && isIP(ip) !== 0;
  return usable && port >= 1 && port <= 65_535 ? [{ ip, port, type }] : [];
}

/** Jitsi's clients and servers agree on 111; what the offer says counts. */
function opusOf(content: XmlElement): number {
  const types = childOf(content, "description", RTP)?.children ?? [];
  const opus = types.find(
    ({ name, attributes }) => name === "payload-type" && attributes.name?.toLowerCase() === "opus",
  );
  const id = Number(opus?.attributes.id ?? 111);
  return Number.isInteger(id) && id >= 0 && id <= 127 ? id : 111;
}

function fits(text: string | undefined, limit: number): text is string {
  return text !== undefined && text.length > 0 && text.length <= limit;
}

function bad(words: string): CheckFailure<ConferenceReason> {
  return new CheckFailure("bad_offer", `the focus' invitation is no offer: ${words}`);
}
