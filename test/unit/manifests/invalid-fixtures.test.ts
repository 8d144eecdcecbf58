/** One mistake a file in test/fixtures/invalid, and beside it exactly what is said about it. */
import { expect } from "chai";
import { readdirSync, readFileSync } from "node:fs";
import { formatDiagnostic } from "../../../src/manifests/diagnostic.ts";
import type { Catalogue } from "../../../src/model/catalogue/catalogue.ts";
import { readCatalogue } from "../../../src/model/catalogue/read-catalogue.ts";
import { resolveWith } from "../../../src/model/resolve-tree.ts";

const fixtures = new URL("../../fixtures/", import.meta.url);
const invalid = new URL("invalid/", fixtures);

describe("a mistake in a manifest", () => {
  let catalogue: Catalogue;
  before(async () => {
    catalogue = await readCatalogue([new URL("catalogue", fixtures).pathname]);
  });

  const names = readdirSync(invalid).filter((name) => name.endsWith(".yaml"));
  for (const name of names) {
    it(`is reported at its line and column: ${name}`, () => {
      const content = readFileSync(new URL(name, invalid));
      const { diagnostics } = resolveWith([{ path: name, content }], catalogue);
      const said = diagnostics.map((one) => `${one.code} ${formatDiagnostic(one)}\n`).join("");
      const expected = readFileSync(new URL(name.replace(".yaml", ".txt"), invalid), "utf8");
      expect(expected).to.not.equal("");
      expect(said).to.equal(expected);
    });
  }

  it("does not keep the mistakes of other files from being reported", () => {
    const tree = names.map((name) => ({ path: name, content: readFileSync(new URL(name, invalid)) }));
    const { diagnostics } = resolveWith(tree, catalogue);
    const files = new Set(diagnostics.map(({ location }) => location.file));
    for (const name of ["yaml-broken.yaml", "kind-unknown.yaml", "route-values.yaml", "site-twice.yaml"]) {
      expect(files).to.include(name);
    }
  });
});
