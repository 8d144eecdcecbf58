/** The strict XML reader: takes what XMPP sends, refuses everything else, never throws. */
import { expect } from "chai";
import * as fc from "fast-check";
import { childOf, readXmlElement, type XmlElement } from "../../../../src/checks/xmpp/xml-element.ts";
import { cpuMilliseconds } from "../../../lab/cpu-time.ts";
import { escapeXml, writeXml } from "../../../../src/checks/xmpp/xml-writer.ts";

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
      // What Namespaces in XML and XML itself forbid.
      "<a p:b='1'/>",
      "<a xmlns:p=''/>",
      "<a xmlns:xml='urn:x'/>",
      "<a xmlns:xmlns='urn:x'/>",
      "<p:a xmlns:p='urn:x'></q:a>",
      "<a>]]></a>",
      "<a\u00a0b='1'/>",
      "\ufeff<a/>",
      // Characters that are none, written out and by number.
      "<a>\u0000</a>",
      "<a b='\u0001'/>",
      "<a>\ud800</a>",
      "<a>\udc00x</a>",
      "<a>&#xd800;</a>",
      "<a>&#1;</a>",
      "<a>&#xffff;</a>",
      "<a>&#99999999;</a>",
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
        expect(cpuMilliseconds(() => void readXmlElement(pieces.join("")))).to.be.lessThan(200);
      }),
      { numRuns: 1_000 },
    );
  });

  it("takes a stream's declarations from around the element", () => {
    const surroundings = new Map([
      ["", "jabber:client"],
      ["stream", "http://etherx.jabber.org/streams"],
    ]);
    const features = readXmlElement(
      "<stream:features><x xmlns='urn:x'/><y/></stream:features>",
      surroundings,
    );
    expect(features).to.include({ name: "features", namespace: "http://etherx.jabber.org/streams" });
    expect(features?.children.map(({ namespace }) => namespace)).to.deep.equal(["urn:x", "jabber:client"]);
    expect(readXmlElement("<stream:features/>")).to.equal(undefined);
  });

  it("reads back every element that the writer makes", () => {
    const word = fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_.-]{0,8}$/).filter((name) => name !== "xmlns");
    const tree = treeOf(word, 3);
    fc.assert(
      fc.property(tree, (made) => {
        expect(readXmlElement(written(made, "urn:x"))).to.deep.equal(wanted(made));
      }),
    );
  });

  it("is quick, whatever is there in masses", () => {
    const many = Array.from({ length: 5_000 }, (_, index) => index);
    const hostile: Readonly<Record<string, string>> = {
      "a tag that never ends": `<a ${"b='c' ".repeat(9_000)}`,
      "space that leads nowhere": `<a ${" ".repeat(60_000)}b`,
      "space around": `${" ".repeat(30_000)}<a/>${" ".repeat(30_000)}x`,
      attributes: `<a ${many.map((index) => `b${index}='c'`).join(" ")}/>`,
      "the same attribute": `<a ${"b='c' ".repeat(9_000)}/>`,
      "declarations and children below them": `<a ${many
        .slice(0, 2_500)
        .map((index) => `xmlns:n${index}='u'`)
        .join(" ")}>${"<b/>".repeat(5_000)}</a>`,
      "declarations in children": `<a ${many
        .slice(0, 1_500)
        .map((index) => `xmlns:n${index}='u'`)
        .join(" ")}>${"<b xmlns='u'/>".repeat(2_000)}</a>`,
      references: `<a>${"&lt;".repeat(16_000)}</a>`,
      "half references": `<a>${"&#".repeat(32_000)}</a>`,
      "texts between children": `<a>${"x<b/>".repeat(13_000)}</a>`,
      depth: "<a>".repeat(21_000),
      "open quotes": `<a ${"b='".repeat(20_000)}`,
      names: `<${"a".repeat(65_000)}`,
      colons: `<${"a:".repeat(32_000)}`,
      "ends of CDATA": `<a>${"]]".repeat(32_000)}</a>`,
    };
    for (const [what, text] of Object.entries(hostile)) {
      const frame = text.slice(0, 65_536);
      // Linear is a few milliseconds; what grows with the square takes seconds.
      expect(
        cpuMilliseconds(() => void readXmlElement(frame)),
        what,
      ).to.be.lessThan(500);
    }
  });
});

function treeOf(word: fc.Arbitrary<string>, levels: number): fc.Arbitrary<Tree> {
  return fc.record({
    name: word,
    attributes: fc.dictionary(word, fc.string({ unit: "grapheme", maxLength: 20 }), { maxKeys: 4 }),
    text: fc.string({ unit: "grapheme", maxLength: 20 }),
    children: levels === 0 ? fc.constant([]) : fc.array(treeOf(word, levels - 1), { maxLength: 3 }),
  });
}

interface Tree {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly text: string;
  readonly children: readonly Tree[];
}

function written({ name, attributes, text, children }: Tree, namespace?: string): string {
  const content = escapeXml(text) + children.map((child) => written(child)).join("");
  return writeXml(name, { xmlns: namespace, ...attributes }, content);
}

function wanted({ name, attributes, text, children }: Tree): XmlElement {
  return { name, namespace: "urn:x", attributes: { ...attributes }, children: children.map(wanted), text };
}
