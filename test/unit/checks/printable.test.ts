/** What of a foreign server's text is shown as it is. */
import { expect } from "chai";
import * as fc from "fast-check";
import { printable } from "../../../src/checks/printable.ts";

describe("text of a foreign server", () => {
  it("stays as it is in every script, emoji included", () => {
    for (const text of ["Grüße → 日本", "שלום", "نعم", "👍"]) expect(printable(text)).to.equal(text);
  });

  it("shows line ends and control characters by their escapes", () => {
    expect(printable("a\r\n\tb\u001b[2J\u009b")).to.equal("a\\r\\n\\tb\\u001b[2J\\u009b");
  });

  it("shows every mark that reorders, joins or hides text, those beyond 16 bits by code point", () => {
    const marks = [0x61c, 0x200b, 0x202e, 0x2060, 0x2064, 0x2065, 0x2069, 0xfeff, 0xfff9, 0xfffb];
    for (const mark of marks) {
      const escaped = `\\u${mark.toString(16).padStart(4, "0")}`;
      expect(printable(`a${String.fromCodePoint(mark)}b`)).to.equal(`a${escaped}b`);
    }
    for (const tag of [0xe0000, 0xe0001, 0xe0041, 0xe007f]) {
      expect(printable(`a${String.fromCodePoint(tag)}b`)).to.equal(`a\\u{${tag.toString(16)}}b`);
    }
    expect(printable("\ud83d")).to.equal("\\ud83d");
  });

  it("is not cut in the middle of a character", () => {
    expect(printable("ab👍", 3)).to.equal("ab…");
    expect(printable("ab👍", 4)).to.equal("ab👍");
  });

  it("never lets a format, control or separator character through", () => {
    const hidden = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u;
    const point = fc.oneof(fc.nat(0x10_ffff), fc.constantFrom(0x1b, 0x61c, 0x2028, 0xd83d, 0xe0041));
    const text = fc.array(point, { maxLength: 20 }).map((points) => String.fromCodePoint(...points));
    fc.assert(fc.property(text, (foreign) => !hidden.test(printable(foreign))));
  });
});
