/** The catalogue: overlays, parameters, and components made from them. */
import { expect } from "chai";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Catalogue } from "../../../src/model/catalogue/catalogue.ts";
import { readCatalogue } from "../../../src/model/catalogue/read-catalogue.ts";
import { resolveWith } from "../../../src/model/resolve-tree.ts";
import { ConveneError } from "../../../src/system/errors.ts";

const fixtures = new URL("../../fixtures/", import.meta.url);
const shipped = new URL("catalogue", fixtures).pathname;
const overlay = new URL("catalogue-overlay", fixtures).pathname;

function site(parameters: string): string {
  return `apiVersion: convene/v1alpha1
kind: Site
metadata: {name: meet}
spec:
  domain: meet.school.example
  adminEmail: it@school.example
  addresses: {public: [192.0.2.10]}
  catalogue: "1"
---
apiVersion: convene/v1alpha1
kind: Component
metadata: {name: base}
spec: {uses: base}
---
apiVersion: convene/v1alpha1
kind: Component
metadata: {name: web}
spec: {uses: web, parameters: ${parameters}}
`;
}

function resolve(catalogue: Catalogue, text: string, more: Readonly<Record<string, string>> = {}) {
  const files = Object.entries({ "site.yaml": text, ...more });
  return resolveWith(
    files.map(([path, content]) => ({ path, content: new TextEncoder().encode(content) })),
    catalogue,
  );
}

describe("the catalogue", () => {
  let catalogue: Catalogue;
  before(async () => {
    catalogue = await readCatalogue([shipped]);
  });

  it("takes each file from the first place that has it", async () => {
    const laid = await readCatalogue([overlay, shipped]);
    const { components, diagnostics } = resolve(laid, site("{secretWord: a}"));
    expect(diagnostics).to.deep.equal([]);
    const web = components.find((component) => component.name === "web");
    expect(web?.images[0]?.manifest.spec.packages).to.deep.equal(["busybox"]);
    expect(web?.images[0]?.manifest.metadata.labels).to.deep.equal({ lab: "a stand-in" });
    expect(web?.readFile("web.conf.liquid")).to.equal("name={{ parameters.domain }}\n");
    expect(web?.readFile("../base/container.yaml")).to.equal(undefined);
  });

  it("fills in defaults, typed, and null for what is not set", () => {
    const { components } = resolve(catalogue, site("{secretWord: a, memory: , workers: [{name: w-1}]}"));
    expect(components[1]?.parameters).to.deep.equal({
      domain: "meet.school.example",
      memory: 512 * 2 ** 20,
      ports: { first: 50_000, last: 50_010 },
      level: "low",
      note: null,
      secretWord: "a",
      workers: [{ name: "w-1", memory: 256 * 2 ** 20 }],
      extra: {},
    });
  });

  it("makes containers and their checks from a list", () => {
    const { components, diagnostics } = resolve(
      catalogue,
      site("{secretWord: a, workers: [{name: w-1}, {name: w-7}]}"),
    );
    expect(diagnostics).to.deep.equal([]);
    const web = components[1];
    expect(web?.containers.map(({ manifest }) => manifest.metadata.name)).to.deep.equal([
      "web",
      "w-1",
      "w-7",
    ]);
    expect(web?.checks.map(({ manifest }) => manifest.spec.address)).to.deep.equal([
      "10.10.1.31",
      "10.10.1.37",
    ]);
  });

  it("takes containers of the site's own repository, with their templates beside them", () => {
    const own = `apiVersion: convene/v1alpha1
kind: Container
metadata: {name: wiki}
spec:
  image: web
  address: {hostPart: 40}
  files: [{path: /etc/wiki.conf, template: wiki.conf.liquid, language: ini}]
`;
    const more = {
      "wiki/wiki.yaml": own,
      "wiki/wiki.conf.liquid": "a={{ site.domain }}",
      "wiki.conf.liquid": "no",
    };
    const { components, diagnostics } = resolve(catalogue, site("{secretWord: a}"), more);
    expect(diagnostics).to.deep.equal([]);
    expect(components.at(-1)?.containers[0]?.manifest.metadata.name).to.equal("wiki");
    expect(components.at(-1)?.readFile("wiki.conf.liquid")).to.equal("a={{ site.domain }}");
    expect(components.at(-1)?.readFile("../site.yaml")).to.equal(undefined);
  });

  it("says at the operator's line what collides with the catalogue", () => {
    const twice = `${site("{secretWord: a}")}---
apiVersion: convene/v1alpha1
kind: Component
metadata: {name: web-again}
spec: {uses: web, parameters: {secretWord: b}}
`;
    const { diagnostics } = resolve(catalogue, twice);
    expect(new Set(diagnostics.map(({ location }) => `${location.file}:${location.line}`))).to.deep.equal(
      new Set(["site.yaml:23"]),
    );
    expect(diagnostics.map(({ code }) => code)).to.include.members([
      "DuplicateName",
      "DuplicateAddress",
      "PortConflict",
    ]);
  });

  it("is refused when no place of the search path has a version", async () => {
    const folder = await mkdtemp(join(tmpdir(), "catalogue-"));
    try {
      for (const content of [undefined, "version: 1\n", "version: [\n"]) {
        if (content !== undefined) await writeFile(join(folder, "catalogue.yaml"), content);
        const error = await readCatalogue([folder, join(folder, "not-there")]).catch(
          (thrown: unknown) => thrown,
        );
        expect(error).to.be.instanceOf(ConveneError).with.property("code", "CatalogueUnreadable");
      }
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
