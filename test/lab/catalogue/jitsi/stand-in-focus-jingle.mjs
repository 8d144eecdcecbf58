// Jingle between the focus and a participant: the offer made of what the bridge allocated, the answer made into what it is told.
import { randomBytes } from "node:crypto";
import { escapeXml } from "./stand-in-xmpp.mjs";
import { child, childrenOf, xml } from "./stand-in-xml.mjs";
import { compactSources, sourceElements } from "./stand-in-focus-sources.mjs";

export const JINGLE = "urn:xmpp:jingle:1";
export const FOCUS = "http://jitsi.org/protocol/focus";
const RTP = "urn:xmpp:jingle:apps:rtp:1";
const ICE = "urn:xmpp:jingle:transports:ice-udp:1";
const DTLS = "urn:xmpp:jingle:apps:dtls:0";
const TWCC = "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01";

export const FEATURES = {
  audio: "urn:xmpp:jingle:apps:rtp:audio",
  video: "urn:xmpp:jingle:apps:rtp:video",
  data: "urn:xmpp:jingle:transports:dtls-sctp:1",
  json: "http://jitsi.org/json-encoded-sources",
  rewriting: "http://jitsi.org/ssrc-rewriting-1",
  sourceNames: "http://jitsi.org/source-name",
};

/** Of who does not say what it can. */
export const DEFAULT_FEATURES = new Set([FEATURES.audio, FEATURES.video, FEATURES.data]);

const MEDIA = {
  audio: {
    payloads: [
      {
        id: "111",
        name: "opus",
        clockrate: "48000",
        channels: "2",
        parameters: { minptime: "10", useinbandfec: "1" },
      },
    ],
    extensions: { 1: "urn:ietf:params:rtp-hdrext:ssrc-audio-level", 5: TWCC },
  },
  video: {
    payloads: [
      { id: "100", name: "VP8", clockrate: "90000", parameters: { "x-google-start-bitrate": "800" } },
    ],
    extensions: { 3: "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time", 5: TWCC },
  },
};

/** colibri2's `medias` for these features. */
export function mediasFor(features) {
  return offered(features).map((type) => ({
    type,
    "payload-types": MEDIA[type].payloads.map((payload) => ({
      ...payload,
      "rtcp-fbs": [{ type: "transport-cc" }],
    })),
    "rtp-hdrexts": Object.entries(MEDIA[type].extensions).map(([id, uri]) => ({ uri, id: Number(id) })),
  }));
}

function offered(features) {
  return ["audio", "video"].filter((media) => features.has(FEATURES[media]));
}

/** `session-initiate`. `transport`, `sctp`: of colibri2's endpoint; `sources`: by endpoint. */
export function sessionInitiate({
  sid,
  initiator,
  features,
  transport,
  sctp,
  sources,
  bridgeSession,
  wrongFingerprint,
}) {
  const isJson = features.has(FEATURES.json);
  const carrier = transportElement(transport, wrongFingerprint, undefined);
  const contents = offered(features).map((media) =>
    content(media, description(media, isJson ? [] : sourceElements(sources, media)), carrier),
  );
  if (features.has(FEATURES.data)) {
    contents.push(
      content(
        "data",
        xml("description", { xmlns: "http://jitsi.org/protocol/colibri" }),
        transportElement(transport, wrongFingerprint, sctp),
      ),
    );
  }
  const names = [...offered(features), ...(features.has(FEATURES.data) ? ["data"] : [])];
  return xml(
    "jingle",
    { xmlns: JINGLE, action: "session-initiate", initiator, sid },
    contents,
    xml(
      "group",
      { xmlns: "urn:xmpp:jingle:apps:grouping:0", semantics: "BUNDLE" },
      names.map((name) => xml("content", { name })),
    ),
    xml("bridge-session", { xmlns: FOCUS, id: bridgeSession }),
    isJson ? jsonMessage(sources) : "",
  );
}

/** Well-formed, and without any sense. */
export function garbage(sid) {
  const candidate = xml("candidate", {
    component: "one",
    ip: "nowhere",
    port: "70000",
    priority: "-1",
    protocol: "sctp",
    type: "none",
  });
  const transport = xml("transport", { xmlns: ICE, ufrag: "", pwd: "" }, candidate);
  return xml(
    "jingle",
    { xmlns: JINGLE, action: "session-initiate", sid },
    content("audio", xml("description", { xmlns: RTP, media: "smell" }), transport),
  );
}

/** `source-add` or `source-remove`. */
export function sourceUpdate(action, sid, features, sources) {
  const contents = ["audio", "video"]
    .map((media) => [media, sourceElements(sources, media)])
    .filter(([, elements]) => elements.length > 0);
  const payload = features.has(FEATURES.json)
    ? jsonMessage(sources)
    : contents.map(([media, elements]) =>
        xml(
          "content",
          { name: media, creator: "initiator" },
          xml("description", { xmlns: RTP, media }, elements),
        ),
      );
  return xml("jingle", { xmlns: JINGLE, action, sid }, payload);
}

export function sessionTerminate(sid, condition, text) {
  return xml(
    "jingle",
    { xmlns: JINGLE, action: "session-terminate", sid },
    xml("reason", {}, xml(condition, {}), xml("text", {}, escapeXml(text))),
  );
}

/** Of the first transport in a session-accept or transport-info: colibri2's `transport`; undefined when there is none. */
export function acceptedTransport(jingle) {
  const transport = childrenOf(jingle, "content")
    .map((one) => child(one, "transport", ICE))
    .find((one) => one !== undefined);
  if (transport === undefined) return undefined;
  const { ufrag, pwd } = transport.attributes;
  const fingerprints = childrenOf(transport, "fingerprint").map(({ text, attributes: { hash, setup } }) => ({
    fingerprint: text.trim(),
    setup,
    hash,
  }));
  const candidates = childrenOf(transport, "candidate").map(({ attributes }) => ({
    ...attributes,
    xmlns: undefined,
  }));
  return {
    transport: {
      xmlns: ICE,
      ufrag,
      pwd,
      "rtcp-mux": true,
      ...(fingerprints.length > 0 ? { fingerprints } : {}),
      ...(candidates.length > 0 ? { candidates } : {}),
    },
  };
}

function content(name, ...inside) {
  return xml("content", { name, creator: "initiator", senders: "both" }, inside);
}

function description(media, sources) {
  const { payloads, extensions } = MEDIA[media];
  const types = payloads.map(({ parameters, ...attributes }) =>
    xml(
      "payload-type",
      attributes,
      xml("rtcp-fb", { xmlns: "urn:xmpp:jingle:apps:rtp:rtcp-fb:0", type: "transport-cc" }),
      Object.entries(parameters).map(([name, value]) => xml("parameter", { name, value })),
    ),
  );
  const headers = Object.entries(extensions).map(([id, uri]) =>
    xml("rtp-hdrext", { xmlns: "urn:xmpp:jingle:apps:rtp:rtp-hdrext:0", id, uri }),
  );
  return xml(
    "description",
    { xmlns: RTP, media, maxptime: media === "audio" ? "60" : undefined },
    types,
    headers,
    sources,
    xml("rtcp-mux", {}),
  );
}

function transportElement(
  { ufrag, pwd, candidates = [], fingerprints = [], "web-sockets": webSockets = [] },
  isWrong,
  sctp,
) {
  const other = randomBytes(32).toString("hex").toUpperCase().match(/../g).join(":");
  return xml(
    "transport",
    { xmlns: ICE, ufrag, pwd },
    xml("rtcp-mux", {}),
    fingerprints.map(({ fingerprint, hash, setup }) =>
      xml("fingerprint", { xmlns: DTLS, hash, setup }, isWrong ? other : fingerprint),
    ),
    candidates.map((candidate) => xml("candidate", candidate)),
    webSockets.map((url) => xml("web-socket", { xmlns: "http://jitsi.org/protocol/colibri", url })),
    sctp === undefined
      ? ""
      : xml("sctpmap", {
          xmlns: FEATURES.data,
          number: sctp.port,
          protocol: "webrtc-datachannel",
          streams: "1024",
        }),
  );
}

function jsonMessage(sources) {
  return xml("json-message", { xmlns: "http://jitsi.org/jitmeet" }, escapeXml(compactSources(sources)));
}
