/** What is shipped is valid: the starter site with the catalogue beside it. */
import { expect } from "chai";
import { readdirSync, readFileSync } from "node:fs";
import { formatDiagnostic } from "../../../src/manifests/diagnostic.ts";
import { readCatalogue } from "../../../src/model/catalogue/read-catalogue.ts";
import { resolveWith } from "../../../src/model/resolve-tree.ts";

const root = new URL("../../../", import.meta.url);

describe("desired-state with the shipped catalogue", () => {
  const starter = new URL("desired-state/", root);
  const files = readdirSync(starter).map((path) => ({ path, content: readFileSync(new URL(path, starter)) }));

  it("is valid", async () => {
    const catalogue = await readCatalogue([new URL("manifests", root).pathname]);
    const { components, diagnostics } = resolveWith(files, catalogue);
    expect(diagnostics.map(formatDiagnostic)).to.deep.equal([]);
    expect(components.map(({ uses }) => uses)).to.deep.equal(["consul", "proxy", "turn", "jitsi"]);
  });

  it("has every template and source that its manifests name", async () => {
    const catalogue = await readCatalogue([new URL("manifests", root).pathname]);
    const missing = resolveWith(files, catalogue).components.flatMap((component) => {
      const templates = component.containers.flatMap(({ manifest }) =>
        manifest.spec.files.map((file) => file.template),
      );
      const sources = component.images.flatMap(({ manifest }) =>
        manifest.spec.files.flatMap((file) => file.source ?? []),
      );
      return [...templates, ...sources].filter((name) => component.readFile(name) === undefined);
    });
    expect(missing).to.deep.equal([]);
  });
});
