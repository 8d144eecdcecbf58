/** The starter site with a Consul that is there already, in place of the catalogue's. */
import { expect } from "chai";
import { resolveTree } from "../../../src/model/resolve-tree.ts";
import { type Files, SHIPPED_CATALOGUE, buildSite, starterFiles } from "../../lab/sample-model.ts";
import { makeAuthority } from "../../lab/test-certificates.ts";

const FOREIGN = new Map([
  ["service/haproxy/acl/wiki/host", "wiki.example.org"],
  ["service/haproxy/use-backend/wiki", "wiki"],
  ["service/haproxy/backends/no-ssl/wiki", ""],
]);

describe("a site with an existing Consul", () => {
  let starter: Files;
  before(async () => {
    starter = await starterFiles();
  });

  /** The starter site without the component consul. */
  function siteWith(consul: string): Files {
    const documents = (starter["site.yaml"] ?? "").split("---\n");
    const others = documents.filter((document) => !document.includes("uses: consul"));
    expect(others).to.have.length(documents.length - 1);
    const named = others.join("---\n").replace(/^ {2}catalogue:.*$/mu, `$&\n  consul:\n${consul}`);
    const secret =
      "apiVersion: convene/v1alpha1\nkind: Secret\nmetadata: {name: key}\nspec: {generate: true}\n";
    return { ...starter, "site.yaml": named, "consul-token.yaml": secret };
  }

  const proxyOf = async (consul: string) => {
    const state = await buildSite(siteWith(consul), SHIPPED_CATALOGUE, { foreign: FOREIGN });
    const proxy = state.containers.find(({ name }) => name === "proxy");
    const config = proxy?.files.find(({ path }) => path.endsWith("haproxy.cfg"))?.content;
    return { state, proxy, config: String(config) };
  };

  it("needs no Consul of its own, and looks services up where the existing one answers", async () => {
    const { state, proxy, config } = await proxyOf("    url: http://10.10.1.150:8500\n    domain: ryo");
    expect(state.containers.map(({ name }) => name)).not.to.include("consul");
    expect(proxy?.dependsOn).to.deep.equal([]);
    expect(config).to.contain("\n  nameserver consul 10.10.1.150:8600\n");
    expect(config).to.contain(" _wiki._tcp.service.ryo ");
    expect(state.consul).to.deep.equal({ address: "10.10.1.150", port: 8500 });
  });

  it("is spoken to over TLS when its address says so, with the authority and the token it names", async () => {
    const { pem } = await makeAuthority();
    const ca = pem.trimEnd().replaceAll(/^/gmu, "      ");
    const { state, config } = await proxyOf(
      `    url: https://consul.school.example\n    token: {secretRef: key}\n    ca: |\n${ca}\n    dns: {address: 10.10.1.1, port: 53}`,
    );
    expect(state.consul).to.deep.equal({
      address: "consul.school.example",
      port: 443,
      tls: { ca: `${pem.trimEnd()}\n` },
      tokenSecret: "key",
    });
    expect(config).to.contain("\n  nameserver consul 10.10.1.1:53\n");
    expect(config).to.contain(" _wiki._tcp.service.consul ");
  });

  it("may have an IPv6 address", async () => {
    const { state, config } = await proxyOf("    url: https://[2001:db8::5]:8501");
    expect(state.consul).to.deep.equal({ address: "2001:db8::5", port: 8501, tls: {} });
    expect(config).to.contain("\n  nameserver consul [2001:db8::5]:8600\n");
  });

  for (const [consul, why] of [
    ["    url: http://127.0.0.1:8500", "loopback"],
    ["    url: http://[::1]:8500", "loopback"],
    ["    url: http://consul.school.example:8500", "only a name"],
    ["    url: http://192.168.7.5:8500", "private"],
    ["    url: http://10.10.1.1:8500", "port 53 only"],
    ["    url: http://10.10.1.150:8500\n    dns: {address: 127.0.0.53, port: 53}", "loopback"],
  ] as const) {
    it(`is refused at its line where containers cannot ask it: ${consul.trim()}`, async () => {
      const tree = Object.entries(siteWith(consul)).map(([path, text]) => ({
        path,
        content: new TextEncoder().encode(text),
      }));
      const { diagnostics } = await resolveTree(tree, [SHIPPED_CATALOGUE]);
      expect(diagnostics.map(({ code }) => code)).to.deep.equal(["ConsulOutOfReach"]);
      const [said] = diagnostics;
      expect(said?.message).to.contain("`proxy`").and.to.contain(why);
      expect(said?.hint).to.contain("dns: {address:").and.to.contain("{address: 10.10.1.1, port: 53}");
      const line = tree
        .filter(({ path }) => path === said?.location.file)
        .map(({ content }) => new TextDecoder().decode(content).split("\n")[(said?.location.line ?? 0) - 1]);
      expect(line.join()).to.match(consul.includes("dns") ? /dns:/u : /url:/u);
    });
  }
});
