/** Foreign text on a terminal. */
import { expect } from "chai";
import * as fc from "fast-check";
import { printable, shortened } from "../../../src/cli/printable.ts";

describe("foreign text", () => {
  it("keeps letters of every language and escapes what moves the cursor or reorders", () => {
    expect(printable("Grüße → 日本")).to.equal("Grüße → 日本");
    expect(printable("a\u001b[2Jb\r\n\u202e")).to.equal("a\\u{1b}[2Jb\\u{d}\\u{a}\\u{202e}");
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
