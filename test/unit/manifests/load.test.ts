/** Reading a tree: what is a manifest, where things are, and what is too much. */
import { expect } from "chai";
import { formatDiagnostic } from "../../../src/manifests/diagnostic.ts";
import { loadManifests } from "../../../src/manifests/load.ts";

const SITE = `apiVersion: convene/v1alpha1
kind: Site
metadata: {name: meet}
spec:
  domain: meet.school.example
  adminEmail: it@school.example
  addresses:
    public: [192.0.2.10]
  catalogue: "1"
`;

const USER = `apiVersion: convene/v1alpha1
kind: User
metadata: {name: meier}
spec: {}
`;

function file(path: string, content: string | Uint8Array) {
  return { path, content: typeof content === "string" ? new TextEncoder().encode(content) : content };
}

function codes(...files: ReturnType<typeof file>[]): readonly string[] {
  return loadManifests(files).diagnostics.map(({ code }) => code);
}

describe("loadManifests", () => {
  it("reads every YAML file and every document, and nothing else", () => {
    const { manifests, diagnostics } = loadManifests([
      file("README.md", "kind: [nothing"),
      file("people/a.yml", `${USER}---\n# nothing here\n---\n${USER.replace("meier", "kunz")}`),
      file("site.yaml", SITE),
      file(".github/workflows/check.yaml", "on: push"),
      file("logo.png", new Uint8Array([0x89, 0, 0xff])),
    ]);
    expect(diagnostics).to.deep.equal([]);
    expect(manifests.map(({ manifest }) => manifest.metadata.name)).to.deep.equal(["meier", "kunz", "meet"]);
  });

  it("fills in defaults", () => {
    const [loaded] = loadManifests([file("site.yaml", SITE)]).manifests;
    expect(loaded?.manifest.spec).to.deep.include({
      timezone: "Etc/UTC",
      addresses: { public: ["192.0.2.10"], listen: ["192.0.2.10"] },
      network: { ipv4: "10.10.1.1/24" },
    });
  });

  it("knows where each part was written", () => {
    const [, second] = loadManifests([file("site.yaml", `${SITE}---\n${USER}`)]).manifests;
    expect(second?.locate(["metadata", "name"])).to.deep.equal({ file: "site.yaml", line: 13, column: 18 });
    const [site] = loadManifests([file("site.yaml", SITE)]).manifests;
    expect(site?.locate(["spec", "domain"])).to.include({ line: 5, column: 11 });
    expect(site?.locate(["spec", "domain"], "key")).to.include({ line: 5, column: 3 });
    expect(site?.locate(["spec", "addresses"])).to.include({ line: 7, column: 3 });
    expect(site?.locate(["spec", "addresses", "public", 0])).to.include({ line: 8, column: 14 });
    expect(site?.locate(["spec", "addresses", "listen", 3])).to.include({ line: 7, column: 3 });
  });

  it("resolves what refers to the Site, wherever the Site is", () => {
    const route = `apiVersion: convene/v1alpha1
kind: Route
metadata: {name: cloud}
spec: {host: "\${site.domain}", backend: {address: 10.10.1.30, port: 80}}
`;
    const [loaded] = loadManifests([file("a.yaml", route), file("site.yaml", SITE)]).manifests;
    expect(loaded?.manifest.spec).to.deep.include({ host: "meet.school.example" });
    expect(codes(file("a.yaml", route), file("site.yaml", SITE.replace("domain:", "domian:")))).to.deep.equal(
      ["MissingField", "UnknownField"],
    );
  });

  it("makes a manifest for each entry of a forEach", () => {
    const container = `apiVersion: convene/v1alpha1
kind: Container
metadata: {name: "\${item.name}"}
spec:
  forEach: [{name: worker-1, memory: 1GiB}, {name: worker-12}]
  image: worker
  address: {hostPart: 40, plus: "\${item.number}"}
`;
    const { manifests, diagnostics } = loadManifests([file("a.yaml", container)]);
    expect(diagnostics).to.deep.equal([]);
    expect(
      manifests.map(({ manifest, item }) => [manifest.metadata.name, manifest.spec, item?.number]),
    ).to.have.length(2);
    expect(manifests[1]?.manifest.metadata.name).to.equal("worker-12");
    expect(manifests[1]?.manifest.spec).to.deep.include({ address: { hostPart: 40, plus: 12 } });
    expect(manifests[1]?.item).to.deep.equal({ name: "worker-12", number: 12 });
  });

  it("reports a file that is not text", () => {
    expect(codes(file("a.yaml", new Uint8Array([0xff, 0xfe, 0x00])))).to.deep.equal(["NotText"]);
    expect(codes(file("a.yaml", "kind: \u0000"))).to.deep.equal(["NotText"]);
    expect(codes(file("a.yaml", new Uint8Array([0x6b, 0xc3, 0x28])))).to.deep.equal(["NotText"]);
  });

  it("stops at 10,000 aliases", () => {
    const bomb = `a: &a 1\nb: [${"*a,".repeat(10_000)}]\n`;
    const { diagnostics } = loadManifests([file("a.yaml", bomb)]);
    expect(diagnostics.map(formatDiagnostic)).to.deep.equal([
      "a.yaml:2:305: too many YAML aliases (at most 100 in a document)",
    ]);
  });

  it("stops at few aliases that stand for very many values", () => {
    const layers = Array.from({ length: 9 }, (_, n) => `b${n}: &a${n + 1} [${`*a${n},`.repeat(9)}]`);
    expect(codes(file("a.yaml", ["a: &a0 [x]", ...layers].join("\n")))).to.deep.equal(["TooManyAliases"]);
  });

  it("survives nesting without end", () => {
    for (const text of ["[".repeat(100_000), "- ".repeat(100_000), "{a: ".repeat(50_000)]) {
      const { diagnostics } = loadManifests([file("a.yaml", text)]);
      expect(diagnostics[0]?.message).to.equal("nested too deeply to be read");
      expect(diagnostics.length).to.be.at.most(20);
    }
  });

  it("finds repeated keys of a large file in time", () => {
    const keys = Array.from({ length: 50_000 }, (_, n) => `key${n}: 1`);
    const start = performance.now();
    expect(codes(file("a.yaml", [...keys, "key0: 2"].join("\n")))).to.deep.equal(["DuplicateKey"]);
    expect(performance.now() - start).to.be.below(10_000);
  });

  it("bounds files, trees and documents", () => {
    expect(codes(file("a.yaml", "#".repeat(2 ** 20)))).to.deep.equal([]);
    expect(codes(file("a.yaml", "#".repeat(2 ** 20 + 1)))).to.deep.equal(["FileTooLarge"]);
    expect(codes(...Array.from({ length: 2001 }, (_, n) => file(`${n}.txt`, "")))).to.deep.equal([
      "TooManyFiles",
    ]);
    const large = new Uint8Array(2 ** 20);
    expect(codes(...Array.from({ length: 17 }, (_, n) => file(`${n}.bin`, large)))).to.deep.equal([
      "TreeTooLarge",
    ]);
    expect(codes(file("a.yaml", "---\n".repeat(1002)))).to.deep.equal(["TooManyDocuments"]);
  });

  it("refuses paths that leave the tree or move the cursor", () => {
    for (const path of [
      "../a.yaml",
      "/etc/a.yaml",
      "a/../../b.yaml",
      "./a.yaml",
      "a//b.yaml",
      "a\u001b[2J.yaml",
    ]) {
      expect(codes(file(path, USER)), path).to.deep.equal(["UnsafePath"]);
    }
    const [diagnostic] = loadManifests([file("a\u001b[2J.yaml", USER)]).diagnostics;
    expect(diagnostic?.location.file).to.equal("a?[2J.yaml");
  });

  it("never repeats what may be a password", () => {
    const receiver = `apiVersion: convene/v1alpha1
kind: Receiver
metadata: {name: mail}
spec: {webhook: {url: "https://user:hunter2@chat.example/", token: hunter2}}
`;
    const said = loadManifests([file("a.yaml", receiver)])
      .diagnostics.map(formatDiagnostic)
      .join("\n");
    expect(said).to.include("a.yaml:4:");
    expect(said).to.not.include("hunter2");
  });
});
