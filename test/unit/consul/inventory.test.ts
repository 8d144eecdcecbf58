import { expect } from "chai";
import * as fc from "fast-check";
import { formatInventory, parseInventory, valueHash } from "../../../src/consul/inventory.ts";

describe("the inventory's text", () => {
  it("is the same for the same inventory, in whatever order it was made, and reads back", () => {
    const entries = fc.uniqueArray(fc.tuple(fc.string(), fc.string().map(valueHash)), {
      selector: ([key]) => key,
    });
    fc.assert(
      fc.property(entries, (pairs) => {
        const text = formatInventory(new Map(pairs));
        expect(formatInventory(new Map(pairs.toReversed()))).to.equal(text);
        // Object keys: `__proto__` cannot be told apart from the prototype, and is no key of ours.
        const expected = new Map(pairs.filter(([key]) => key !== "__proto__"));
        expect(parseInventory(text)).to.deep.equal(expected);
      }),
    );
  });

  for (const text of ["", "{", "[]", "7", '{"a": 1}', '{"a": "no hash"}']) {
    it(`refuses ${JSON.stringify(text)}`, () => {
      expect(parseInventory(text)).to.equal(undefined);
    });
  }
});
