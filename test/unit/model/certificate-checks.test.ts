/** Every certificate of a site has a check where it is served, once; and every shipped check has a spec its kind takes. */
import { expect } from "chai";
import { checkKind } from "../../../src/checks/registry.ts";
import type { DesiredState } from "../../../src/model/desired-state.ts";
import { buildSite, SHIPPED_CATALOGUE, starterFiles } from "../../lab/sample-model.ts";

/** `kind` with a name and a spec in flow style. */
function document(kind: string, name: string, spec: string): string {
  return `---\napiVersion: convene/v1alpha1\nkind: ${kind}\nmetadata: {name: ${name}}\nspec: ${spec}\n`;
}

async function siteWith(documents: readonly string[]): Promise<DesiredState> {
  return await buildSite({ ...(await starterFiles()), "more.yaml": documents.join("") }, SHIPPED_CATALOGUE);
}

/** Name and where it looks, of every check of kind tls behind the proxy. */
function certificateChecks({ checks }: DesiredState): readonly string[] {
  return checks
    .filter(({ kind, container }) => kind === "tls" && container === "proxy")
    .map(({ name, spec }) => [name, spec["disk"], spec["address"] ?? "*", spec["port"] ?? 443].join(" "));
}

describe("checks of certificates", () => {
  it("are there for the site and for each route of the starter", async () => {
    expect(certificateChecks(await siteWith([]))).to.deep.equal([
      "proxy-certificate meet.school.example * 443",
      "certificate-cloud-school-example cloud.school.example * 443",
    ]);
  });

  it("leave out routes without a certificate, and look at a name once however many routes it has", async () => {
    const backend = "backend: {address: 10.10.1.31, port: 80}";
    const state = await siteWith([
      document("Route", "wiki", `{host: wiki.school.example, ${backend}}`),
      document("Route", "files", `{host: wiki.school.example, path: /files, ${backend}}`),
      document("Route", "plain", `{host: plain.school.example, certificate: false, ${backend}}`),
      document(
        "Certificate",
        "plain",
        "{domain: plain.school.example, endpoints: [{address: 10.10.1.31, port: 8443}]}",
      ),
      document("Route", "rooms", `{host: meet.school.example, path: /rooms, ${backend}}`),
    ]);
    expect(certificateChecks(state)).to.deep.equal([
      "proxy-certificate meet.school.example * 443",
      "certificate-cloud-school-example cloud.school.example * 443",
      "certificate-wiki-school-example wiki.school.example * 443",
      "certificate-plain-school-example plain.school.example 10.10.1.31 8443",
    ]);
  });

  it("look where a Certificate says that it is served", async () => {
    const state = await siteWith([
      document(
        "Certificate",
        "mail",
        "{domain: mail.school.example, endpoints: [{address: 10.10.1.40, port: 993}, {address: 10.10.1.40, port: 465}]}",
      ),
      document(
        "Certificate",
        "cloud",
        "{domain: cloud.school.example, endpoints: [{address: 10.10.1.30, port: 8443}]}",
      ),
      document("Certificate", "spare", "{domain: spare.school.example}"),
    ]);
    expect(certificateChecks(state).slice(2)).to.deep.equal([
      "certificate-mail-school-example mail.school.example 10.10.1.40 993",
      "certificate-mail-school-example-2 mail.school.example 10.10.1.40 465",
      "certificate-cloud-school-example-2 cloud.school.example 10.10.1.30 8443",
      "certificate-spare-school-example spare.school.example * 443",
    ]);
  });

  it("have a name of their own however long the domain is", async () => {
    const [long, other] = ["a", "b"].map((end) => `${"very-long-label.".repeat(5)}${end}.school.example`);
    const state = await siteWith([
      document("Certificate", "one", `{domain: ${long}}`),
      document("Certificate", "two", `{domain: ${other}}`),
    ]);
    const names = certificateChecks(state)
      .slice(2)
      .map((line) => line.split(" ")[0] ?? "");
    expect(new Set(names)).to.have.property("size", 2);
    for (const name of names) expect(name).to.match(/^certificate-[a-z0-9-]{1,51}$/);
  });

  it("and all others have specs that their kinds take", async () => {
    const { checks } = await siteWith([]);
    const wrong = checks.flatMap(({ name, kind, spec }) => {
      const parsed = checkKind(kind)?.schema.safeParse(spec);
      return parsed?.success === true ? [] : [`${name}: ${parsed?.error.message ?? "unknown kind"}`];
    });
    expect(wrong).to.deep.equal([]);
    expect(checks.map(({ name }) => name)).to.include.members(["page", "websocket", "xmpp-certificate"]);
  });
});
