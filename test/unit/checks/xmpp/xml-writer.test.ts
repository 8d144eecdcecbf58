/** What is written can be read again as what was meant, whatever the values hold. */
import { expect } from "chai";
import * as fc from "fast-check";
import { readXmlElement } from "../../../../src/checks/xmpp/xml-element.ts";
import { escapeXml, writeXml } from "../../../../src/checks/xmpp/xml-writer.ts";

describe("XML writer", () => {
  it("writes attributes, content, and nothing for what is undefined", () => {
    expect(writeXml("a", { b: "1", c: undefined })).to.equal('<a b="1"/>');
    expect(writeXml("a", {}, writeXml("b", {}, escapeXml("<&>")))).to.equal("<a><b>&lt;&amp;&gt;</b></a>");
  });

  it("lets no value out of its place", () => {
    // UTF-16 units of any kind, halves of pairs among them.
    const unit = fc.integer({ min: 0, max: 0xffff }).map((code) => String.fromCharCode(code));
    const value = fc.string({ unit, maxLength: 40 });
    fc.assert(
      fc.property(value, value, (attribute, text) => {
        const element = readXmlElement(writeXml("a", { b: attribute }, writeXml("t", {}, escapeXml(text))));
        expect(element?.attributes).to.deep.equal({ b: allowed(attribute) });
        expect(element?.children.map((child) => child.text)).to.deep.equal([allowed(text)]);
      }),
    );
  });

  it("replaces lone surrogates and control characters, which no parser takes", () => {
    expect(escapeXml("\ud800a\u0000b\udc00")).to.equal("\ufffda\ufffdb\ufffd");
    expect(escapeXml("😀\t\n")).to.equal("😀&#9;&#10;");
  });

  it("takes no name that is none", () => {
    for (const name of ["", "a b", "a>", "1a"]) expect(() => writeXml(name)).to.throw(TypeError);
    expect(() => writeXml("a", { 'b="" c': "1" })).to.throw(TypeError);
  });
});

/** What XML can carry of a text. */
function allowed(text: string): string {
  return Array.from(text, (character) => (isXmlCharacter(character) ? character : "\ufffd")).join("");
}

function isXmlCharacter(character: string): boolean {
  const code = character.codePointAt(0) ?? 0;
  if (code < 0x20) return code === 0x9 || code === 0xa || code === 0xd;
  return !(code >= 0xd800 && code <= 0xdfff) && code !== 0xfffe && code !== 0xffff;
}
