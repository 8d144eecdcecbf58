// What a participant can do: asked by disco#info, and not asked again of who has the same entity capabilities (XEP-0115).
import { createHash } from "node:crypto";
import { child, childrenOf, xml } from "./stand-in-xml.mjs";
import { succeeded } from "./stand-in-focus-session.mjs";
import { DEFAULT_FEATURES } from "./stand-in-focus-jingle.mjs";

const INFO = "http://jabber.org/protocol/disco#info";

export class FeatureCache {
  #session;
  /** By `node#ver`, only where the hash is right. */
  #known = new Map();

  constructor(session) {
    this.#session = session;
  }

  /** Of an occupant by its presence. Who does not answer is taken for somebody with everything. */
  async of(presence) {
    const caps = child(presence, "c", "http://jabber.org/protocol/caps")?.attributes;
    const key = caps?.node === undefined ? undefined : `${caps.node}#${caps.ver}`;
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const answer = await this.#session.ask(
      "get",
      presence.attributes.from,
      xml("query", { xmlns: INFO, node: key }),
    );
    if (!succeeded(answer)) return DEFAULT_FEATURES;
    const info = child(answer, "query", INFO);
    const features = new Set(childrenOf(info, "feature").map(({ attributes }) => attributes.var));
    if (key !== undefined && caps.hash === "sha-1" && verificationOf(info) === caps.ver)
      this.#known.set(key, features);
    return features;
  }
}

/** XEP-0115, section 5.1, without the forms of XEP-0128. */
function verificationOf(info) {
  const identities = childrenOf(info, "identity").map(
    ({ attributes: { category = "", type = "", "xml:lang": language = "", name = "" } }) =>
      `${category}/${type}/${language}/${name}`,
  );
  const features = childrenOf(info, "feature").map(({ attributes }) => attributes.var);
  const text = [...sorted(identities), ...sorted(features)].map((line) => `${line}<`).join("");
  return createHash("sha1").update(text).digest("base64");
}

function sorted(texts) {
  // oxlint-disable-next-line unicorn/no-array-sort -- Debian's Node 18 has no toSorted
  return [...texts].sort((one, other) => (one < other ? -1 : one > other ? 1 : 0));
}
