import { expect } from "chai";
import * as fc from "fast-check";
import { batches } from "../../../src/consul/batches.ts";
import type { KvOperation } from "../../../src/consul/consul.ts";
import { type Inventory, inventoryAfter } from "../../../src/consul/inventory.ts";
import { ConveneError } from "../../../src/system/errors.ts";

const nothing: Inventory = new Map();

function sets(count: number, size: number): readonly KvOperation[] {
  return Array.from({ length: count }, (_, i) => ({ verb: "set", key: `k/${i}`, value: "x".repeat(size) }));
}

describe("cutting KV operations into transactions", () => {
  it("leaves room for the inventory in Consul's 64 operations", () => {
    expect(batches(nothing, sets(500, 10)).map((batch) => batch.operations.length)).to.deep.equal([
      63, 63, 63, 63, 63, 63, 63, 59,
    ]);
  });

  it("keeps a request below what Consul takes", () => {
    const lengths = batches(nothing, sets(20, 100_000)).map((batch) => batch.operations.length);
    expect(Math.max(...lengths)).to.be.lessThan(4);
  });

  it("refuses a value that no transaction can hold, naming the key", () => {
    expect(() => batches(nothing, sets(1, 500_000)))
      .to.throw(ConveneError)
      .with.property("subject", "kv k/0");
  });

  it("ends each batch with the inventory that is then true, and loses or reorders nothing", () => {
    const key = fc.integer({ min: 0, max: 30 }).map((n) => `k/${n}`);
    const operation: fc.Arbitrary<KvOperation> = fc.oneof(
      fc.record({ verb: fc.constant("set" as const), key, value: fc.string({ maxLength: 2000 }) }),
      fc.record({ verb: fc.constant("delete" as const), key }),
    );
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 300 }), (operations) => {
        const cut = batches(nothing, operations);
        expect(cut.flatMap((batch) => batch.operations)).to.deep.equal(operations);
        let done: readonly KvOperation[] = [];
        for (const batch of cut) {
          done = [...done, ...batch.operations];
          expect(batch.inventory).to.deep.equal(inventoryAfter(nothing, done));
        }
      }),
      { numRuns: 50 },
    );
  });
});
