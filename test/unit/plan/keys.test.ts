/** Whose key is it? Desired, there, and written by us last: three sides. */
import { expect } from "chai";
import * as fc from "fast-check";
import { valueHash } from "../../../src/consul/inventory.ts";
import { diffKeys } from "../../../src/plan/keys.ts";
import { Secret } from "../../../src/system/secret.ts";

const K = "service/haproxy/acl/jitsi/host";

interface Case {
  readonly name: string;
  readonly wanted?: string;
  readonly live?: string;
  /** What convene wrote last. */
  readonly wrote?: string;
  readonly outcome: "nothing" | "put" | "drift" | "conflict" | "delete" | "release";
}

const CASES: readonly Case[] = [
  { name: "is new", wanted: "a", outcome: "put" },
  { name: "is as it should be", wanted: "a", live: "a", wrote: "a", outcome: "nothing" },
  { name: "changes in the manifests", wanted: "b", live: "a", wrote: "a", outcome: "put" },
  { name: "was changed by somebody", wanted: "a", live: "x", wrote: "a", outcome: "drift" },
  { name: "was removed by somebody", wanted: "a", wrote: "a", outcome: "drift" },
  {
    name: "was changed by somebody and in the manifests",
    wanted: "b",
    live: "x",
    wrote: "a",
    outcome: "put",
  },
  {
    name: "was changed by somebody to what the manifests now say",
    wanted: "b",
    live: "b",
    wrote: "a",
    outcome: "put",
  },
  { name: "is somebody else's", wanted: "a", live: "x", outcome: "conflict" },
  { name: "is somebody else's and says the same", wanted: "a", live: "a", outcome: "conflict" },
  { name: "is not wanted any more", live: "a", wrote: "a", outcome: "delete" },
  { name: "is not wanted any more and was changed by somebody", live: "x", wrote: "a", outcome: "release" },
  { name: "is not wanted any more and is gone", wrote: "a", outcome: "release" },
  { name: "is empty, not wanted any more and is gone", wrote: "", outcome: "release" },
  { name: "is nobody's business", live: "x", outcome: "nothing" },
];

function diff({ wanted, live, wrote }: Omit<Case, "name" | "outcome">) {
  return diffKeys(
    wanted === undefined ? [] : [{ key: K, value: wanted }],
    new Map(live === undefined ? [] : [[K, live]]),
    new Map(wrote === undefined ? [] : [[K, valueHash(wrote)]]),
  );
}

describe("a key that", () => {
  for (const { name, outcome, ...sides } of CASES) {
    it(`${name}: ${outcome}`, () => {
      const { puts, deletes, released, conflicts, drift } = diff(sides);
      expect({
        puts: puts.map(({ key }) => key),
        deletes,
        released,
        conflicts: conflicts.length,
        drift,
      }).to.deep.equal({
        puts: outcome === "put" || outcome === "drift" ? [K] : [],
        deletes: outcome === "delete" ? [K] : [],
        released: outcome === "release" ? [K] : [],
        conflicts: outcome === "conflict" ? 1 : 0,
        drift: outcome === "drift",
      });
    });
  }

  it("is shown with what it was and what it becomes, at its line", () => {
    const origin = { file: "routes.yaml", line: 3, column: 1 };
    const { changes } = diffKeys(
      [{ key: K, value: "b", origin }],
      new Map([[K, "a"]]),
      new Map([[K, valueHash("a")]]),
    );
    expect(changes).to.deep.equal([{ field: K, before: "a", after: "b", origin }]);
  });

  it("holds a secret is never shown, neither put nor deleted", () => {
    const key = "convene/meet/secret/turn-secret";
    const live = new Map([[key, "old secret"]]);
    const inventory = new Map([[key, valueHash("old secret")]]);
    for (const wanted of [[], [{ key, value: new Secret("new secret") }], [{ key, value: "plain secret" }]]) {
      const { changes, conflicts } = diffKeys(wanted, live, inventory);
      expect(changes).to.have.length(1);
      expect(JSON.stringify([changes, conflicts])).not.to.match(/(old|new|plain) secret/);
    }
  });
});

describe("any set of keys", () => {
  const values = fc.constantFrom("a", "b", "");
  const keys = fc.dictionary(fc.constantFrom("k1", "k2", "k3", "k4"), values);

  it("is settled by one write: what is compared again needs nothing and conflicts stay untouched", () => {
    fc.assert(
      fc.property(keys, keys, keys, (wanted, live, wrote) => {
        const desired = Object.entries(wanted).map(([key, value]) => ({ key, value }));
        const inventory = new Map(Object.entries(wrote).map(([key, value]) => [key, valueHash(value)]));
        const first = diffKeys(desired, new Map(Object.entries(live)), inventory);
        const after = new Map<string, string>(Object.entries(live));
        const known = new Map(inventory);
        for (const { key, value } of first.puts) {
          after.set(key, String(value));
          known.set(key, valueHash(String(value)));
        }
        for (const key of first.deletes) after.delete(key);
        for (const key of [...first.deletes, ...first.released]) known.delete(key);
        const second = diffKeys(desired, after, known);
        expect([second.puts, second.deletes, second.released]).to.deep.equal([[], [], []]);
        expect(second.conflicts).to.deep.equal(first.conflicts);
        for (const [key, value] of Object.entries(live)) {
          const foreign = !inventory.has(key) || first.released.includes(key);
          if (foreign) expect(after.get(key)).to.equal(value);
        }
      }),
    );
  });
});
