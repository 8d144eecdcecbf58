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

  it("tells the relay's check of every bridge by all its addresses, and of none where there is none", async () => {
    const catalogue = await readCatalogue([new URL("manifests", root).pathname]);
    const allowedPeers = (site: string): unknown => {
      const { components, diagnostics } = resolveWith(
        [{ path: "site.yaml", content: Buffer.from(site) }],
        catalogue,
      );
      expect(diagnostics.map(formatDiagnostic)).to.deep.equal([]);
      const checks = components.flatMap((component) => component.checks);
      return checks.find(({ manifest }) => manifest.metadata.name === "turn-udp")?.manifest.spec[
        "allowedPeers"
      ];
    };
    const bridges = "parameters: {bridges: [{name: bridge-1}, {name: bridge-4}]}";
    expect(allowedPeers(siteWith("", `{uses: jitsi, ${bridges}}`))).to.deep.equal([
      "10.10.1.21",
      "10.10.1.24",
    ]);
    const dual = siteWith('network: {ipv6: "fd00:10::/64"}', `{uses: jitsi, ${bridges}}`);
    expect(allowedPeers(dual)).to.deep.equal(["10.10.1.21", "fd00:10::15", "10.10.1.24", "fd00:10::18"]);
    expect(allowedPeers(siteWith("", undefined))).to.deep.equal([]);
  });
});

function siteWith(network: string, jitsi: string | undefined): string {
  const components = [
    "{uses: consul}",
    "{uses: proxy}",
    "{uses: turn, parameters: {domain: turn.school.example}}",
    ...(jitsi === undefined ? [] : [jitsi]),
  ];
  const documents = components.map((spec, index) =>
    [
      "apiVersion: convene/v1alpha1",
      "kind: Component",
      `metadata: {name: part-${index}}`,
      `spec: ${spec}`,
    ].join("\n"),
  );
  const site = `apiVersion: convene/v1alpha1
kind: Site
metadata: {name: meet}
spec:
  domain: meet.school.example
  adminEmail: it@school.example
  addresses: {public: [203.0.113.10]}
  catalogue: "1"
  ${network}
`;
  return [site, ...documents].join("\n---\n");
}
