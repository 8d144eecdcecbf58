/** Foreign text on a terminal. */
import { expect } from "chai";
import * as fc from "fast-check";
import { printable, shortened } from "../../../src/cli/printable.ts";

describe("foreign text", () => {
  it("keeps letters of every language and escapes what moves the cursor or reorders", () => {
    expect(printable("Grüße → 日本")).to.equal("Grüße → 日本");
    expect(printable("a\u001b[2Jb\r\n\u202e")).to.equal("a\\u{1b}[2Jb\\u{d}\\u{a}\\u{202e}");
  });

  it("escapes what reorders or hides text, wherever Unicode has put it, and keeps what joins letters", () => {
    expect(printable("a\u061cb\u2060\ufff9\u{e0041}")).to.equal("a\\u{61c}b\\u{2060}\\u{fff9}\\u{e0041}");
    expect(printable("می\u200cخواهم 👩\u200d🔧")).to.equal("می\u200cخواهم 👩\u200d🔧");
  });

  it("never prints a control character and never grows beyond the width", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), fc.integer({ min: 1, max: 40 }), (text, width) => {
        const shown = shortened(text, width);
        return shown.length <= width && !/[\u0000-\u001f\u007f-\u009f\u2028-\u202e]/.test(shown);
      }),
    );
  });
});
