// Who sends which streams: as Jingle has it, as jicofo's compact JSON has it, and as colibri2 wants it.
import { child, childrenOf, xml } from "./stand-in-xml.mjs";

const SSMA = "urn:xmpp:jingle:apps:rtp:ssma:0";

/** `{ media, ssrc, name, msid, videoType }` of every content of a Jingle element, its JSON message included. */
export function sourcesOf(jingle, endpoint) {
  const described = childrenOf(jingle, "content").flatMap((content) => {
    const description = child(content, "description");
    const media = description?.attributes.media ?? content.attributes.name;
    return childrenOf(description, "source").map((source) => fromElement(media, source));
  });
  const message = child(jingle, "json-message");
  return message === undefined
    ? described
    : [...described, ...fromCompact(JSON.parse(message.text).sources?.[endpoint])];
}

/** Of the ssrc-groups in it: `{ media, semantics, ssrcs }`. */
export function groupsOf(jingle) {
  return childrenOf(jingle, "content").flatMap((content) => {
    const description = child(content, "description");
    const media = description?.attributes.media ?? content.attributes.name;
    return childrenOf(description, "ssrc-group").map((group) => ({
      media,
      semantics: group.attributes.semantics,
      ssrcs: childrenOf(group, "source").map(({ attributes }) => Number(attributes.ssrc)),
    }));
  });
}

function fromElement(media, source) {
  const parameters = childrenOf(source, "parameter").map(({ attributes: { name, value } }) => [name, value]);
  const { msid } = Object.fromEntries(parameters);
  const { ssrc, name, videoType } = source.attributes;
  return { media, ssrc: Number(ssrc), name, msid, videoType };
}

function fromCompact([video = [], , audio = []] = []) {
  const read = (media) => (one) => ({
    media,
    ssrc: one.s,
    name: one.n,
    msid: one.m,
    videoType: one.v === "d" ? "desktop" : undefined,
  });
  return [...video.map(read("video")), ...audio.map(read("audio"))];
}

/** What is wrong with them, or undefined: another's ssrc, or no number of 32 bits. */
export function faultIn(sources, others) {
  for (const { ssrc } of sources) {
    if (!Number.isInteger(ssrc) || ssrc < 1 || ssrc > 0xffffffff) return `SSRC ${ssrc} is not valid`;
    if (others.some((other) => other.ssrc === ssrc)) return `SSRC ${ssrc} is already used`;
  }
  return undefined;
}

/** `{"sources":{"ENDPOINT":[[video],[video groups],[audio]]}}`, as text of a json-message. */
export function compactSources(byEndpoint) {
  const entries = [...byEndpoint].map(([endpoint, { sources, groups }]) => [
    endpoint,
    [
      ofMedia(sources, "video").map(compact),
      ofMedia(groups, "video").map(({ semantics, ssrcs }) => [semantics === "SIM" ? "s" : "f", ...ssrcs]),
      ofMedia(sources, "audio").map(compact),
    ],
  ]);
  return JSON.stringify({ sources: Object.fromEntries(entries) });
}

function compact({ ssrc, name, msid, videoType }) {
  return { s: ssrc, n: name, m: msid, v: videoType === "desktop" ? "d" : undefined };
}

/** `<source>` elements of one medium, for who does not read the JSON. */
export function sourceElements(byEndpoint, media) {
  return [...byEndpoint].flatMap(([endpoint, { sources }]) =>
    ofMedia(sources, media).map(({ ssrc, name, msid, videoType }) =>
      xml(
        "source",
        { xmlns: SSMA, ssrc, name, videoType },
        xml("ssrc-info", { xmlns: "http://jitsi.org/jitmeet", owner: endpoint }),
        msid === undefined ? "" : xml("parameter", { name: "msid", value: msid }),
      ),
    ),
  );
}

/** colibri2's `sources` of an endpoint. */
export function colibriSources(sources) {
  return sources.map(({ media, ssrc, name, msid }) => ({
    type: media,
    id: name,
    sources: [msid === undefined ? { ssrc, name } : { ssrc, name, parameters: { msid } }],
  }));
}

/** The bridge's own, of colibri2's answer. */
export function bridgeSources(answer) {
  return (answer.sources ?? []).flatMap(({ type, sources }) =>
    sources.map((source) =>
      typeof source === "number"
        ? { media: type, ssrc: source }
        : { media: type, ssrc: source.ssrc, name: source.name, msid: source.parameters?.msid },
    ),
  );
}

function ofMedia(things, media) {
  return things.filter((one) => one.media === media);
}
