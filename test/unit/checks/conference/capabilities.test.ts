import { createHash } from "node:crypto";
import { expect } from "chai";
import { capsElement, featuresElement } from "../../../../src/checks/conference/capabilities.ts";
import { readXmlElement } from "../../../../src/checks/xmpp/xml-element.ts";

describe("what a check's participant can do", () => {
  const query = readXmlElement(featuresElement("urn:convene:check#x"));
  const features = (query?.children ?? [])
    .filter(({ name }) => name === "feature")
    .map(({ attributes }) => attributes.var ?? "");

  it("is audio over ICE and DTLS, and no video, no data, no JSON sources", () => {
    expect(query?.attributes).to.deep.equal({ node: "urn:convene:check#x" });
    expect(features).to.include.members([
      "urn:xmpp:jingle:apps:rtp:audio",
      "urn:xmpp:jingle:transports:ice-udp:1",
      "urn:xmpp:jingle:apps:dtls:0",
      "http://jitsi.org/source-name",
    ]);
    expect(features.filter((feature) => /video|sctp|json/.test(feature))).to.deep.equal([]);
  });

  it("is hashed as XEP-0115 says, so that nobody's features are taken for another's", () => {
    const identity = query?.children.find(({ name }) => name === "identity")?.attributes;
    const head = `${identity?.category}/${identity?.type}//${identity?.name}<`;
    const text =
      head +
      features
        .toSorted()
        .map((feature) => `${feature}<`)
        .join("");
    const ver = createHash("sha1").update(text).digest("base64");
    expect(readXmlElement(capsElement())?.attributes).to.deep.equal({
      hash: "sha-1",
      node: "urn:convene:check",
      ver,
    });
  });
});
