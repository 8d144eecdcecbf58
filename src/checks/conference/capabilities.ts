/** What a check's participant says it can do: audio and nothing else, which makes the shortest offer. */
import { createHash } from "node:crypto";
import { writeXml } from "../xmpp/xml-writer.ts";
import { CAPS, DISCO_INFO, DTLS, ICE, JINGLE, RTP } from "./namespaces.ts";

const NODE = "urn:convene:check";
const IDENTITY = { category: "client", type: "pc", name: "convene check" } as const;

/** jicofo's Features.kt; in order of their bytes, as the hash wants them. */
const FEATURES: readonly string[] = [
  DISCO_INFO,
  "http://jitsi.org/source-name",
  DTLS,
  RTP,
  "urn:xmpp:jingle:apps:rtp:audio",
  JINGLE,
  ICE,
].toSorted();

/** XEP-0115 section 5.1. It is these features' own: whoever remembers features by it takes nobody else's for ours. */
function verification(): string {
  const { category, type, name } = IDENTITY;
  const text = `${category}/${type}//${name}<${FEATURES.map((feature) => `${feature}<`).join("")}`;
  return createHash("sha1").update(text).digest("base64");
}

/** For the presence. */
export function capsElement(): string {
  return writeXml("c", { xmlns: CAPS, hash: "sha-1", node: NODE, ver: verification() });
}

/** The answer to disco#info; `node` is the question's own (XEP-0115 section 6.2). */
export function featuresElement(node: string | undefined): string {
  const features = FEATURES.map((feature) => writeXml("feature", { var: feature }));
  return writeXml(
    "query",
    { xmlns: DISCO_INFO, node },
    [writeXml("identity", IDENTITY), ...features].join(""),
  );
}
