/** The strict XML reader: takes what XMPP sends, refuses everything else, never throws. */
import { expect } from "chai";
import * as fc from "fast-check";
import { childOf, readXmlElement } from "../../../../src/checks/xmpp/xml-element.ts";

describe("XML element reader", () => {
  it("reads namespaces, prefixes, attributes, text and entities", () => {
    const features = readXmlElement(
      `<stream:features xmlns:stream="http://etherx.jabber.org/streams" xmlns='jabber:client'>
         <mechanisms xmlns="urn:ietf:params:xml:ns:xmpp-sasl"><mechanism>SCRAM-SHA-1</mechanism></mechanisms>
         <note to='a&amp;b' >&lt;&#65;&#x42;&gt;</note><empty/>
       </stream:features>`,
    );
    expect(features).to.include({ name: "features", namespace: "http://etherx.jabber.org/streams" });
    if (features === undefined) return;
    const sasl = childOf(features, "mechanisms", "urn:ietf:params:xml:ns:xmpp-sasl");
    expect(sasl?.children[0]).to.include({ name: "mechanism", text: "SCRAM-SHA-1" });
    const note = childOf(features, "note", "jabber:client");
    expect(note).to.deep.include({ text: "<AB>", attributes: { to: "a&b" } });
  });

  it("refuses documents, comments, processing instructions, foreign entities and broken tags", () => {
    const refused = [
      "",
      "text",
      "<a>",
      "<a></b>",
      "<a/><b/>",
      "<a/>text",
      "<a b=c/>",
      '<a b="1" b="2"/>',
      "<p:a/>",
      "<constructor:a/>",
      "<a>&b;</a>",
      "<a>&constructor;</a>",
      "<a>& b</a>",
      "<a>&#0;</a>",
      "<a>&#x110000;</a>",
      "<!-- x --><a/>",
      "<?xml version='1.0'?><a/>",
      '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>',
      "<a><![CDATA[x]]></a>",
      "<a>".repeat(40) + "</a>".repeat(40),
      `<a>${"x".repeat(70_000)}</a>`,
    ];
    for (const text of refused) expect(readXmlElement(text), text.slice(0, 60)).to.equal(undefined);
  });

  it("never throws and is quick on any text, however much it looks like XML", () => {
    const piece = fc.constantFrom(
      "<",
      ">",
      "/",
      "a",
      "=",
      '"',
      "'",
      "&",
      ";",
      " ",
      "xmlns",
      ":",
      "<a>",
      "</a>",
      "<a b='",
      "&#",
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 200 }), (pieces) => {
        const started = performance.now();
        readXmlElement(pieces.join(""));
        expect(performance.now() - started).to.be.lessThan(200);
      }),
      { numRuns: 1_000 },
    );
  });

  it("is quick on a tag that never ends", () => {
    const started = performance.now();
    expect(readXmlElement(`<a ${"b='c' ".repeat(9_000)}`)).to.equal(undefined);
    expect(readXmlElement(`<a ${" ".repeat(60_000)}b`)).to.equal(undefined);
    expect(performance.now() - started).to.be.lessThan(500);
  });
});
