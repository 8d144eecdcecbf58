/** Running text fits its lines: broken between words, never between a number and its unit. */
import { expect } from "chai";
import { assert as assertProperty, integer, property, string } from "fast-check";
import { wrapText } from "../../../src/cli/wrap.ts";

describe("running text in lines", () => {
  it("is broken where the next word does not fit any more", () => {
    expect(wrapText("one two three four", 9)).to.deep.equal(["one two", "three", "four"]);
  });

  it("keeps a number and its unit on one line", () => {
    expect(wrapText("udp ✓ 12 ms, tcp ✓ 5 %, 3 sites", 11)).to.deep.equal([
      "udp ✓",
      "12 ms, tcp",
      "✓ 5 %, 3",
      "sites",
    ]);
  });

  it("gives a word longer than a line one of its own", () => {
    expect(wrapText("a verylongword b", 5)).to.deep.equal(["a", "verylongword", "b"]);
  });

  it("loses no word, whatever the text and the width", () => {
    assertProperty(
      property(string(), integer({ min: 1, max: 100 }), (text, width) => {
        expect(words(wrapText(text, width).join(" "))).to.deep.equal(words(text));
      }),
    );
  });
});

function words(text: string): readonly string[] {
  return text.split(" ").filter((word) => word !== "");
}
