/** Files of a container: digests, live parts, secrets and reactions. */
import { expect } from "chai";
import { cp, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Secret } from "../../../src/system/secret.ts";
import { type Files, SMALL_CATALOGUE, buildSite, smallSite } from "../../lab/sample-model.ts";

async function render(entry: string, template: string, spec = "") {
  const files = {
    ...smallSite({
      wiki: `files: [{path: /etc/wiki.conf, template: wiki.conf.liquid, language: ini, ${entry}}]\n${spec}`,
    }),
    "wiki/wiki.conf.liquid": template,
  };
  return firstFile(files, SMALL_CATALOGUE);
}

/** The same from the catalogue: only there a file may be `live`. */
async function renderShipped(entry: string, template: string) {
  const { "wiki/wiki.yaml": wiki = "", "site.yaml": site = "" } = smallSite({
    wiki: `files: [{path: /etc/wiki.conf, template: wiki.conf.liquid, language: ini, ${entry}}]`,
  });
  const catalogue = await mkdtemp(join(tmpdir(), "convene-catalogue-"));
  try {
    await cp(SMALL_CATALOGUE, catalogue, { recursive: true });
    await mkdir(join(catalogue, "wiki"));
    await writeFile(join(catalogue, "wiki", "container.yaml"), wiki);
    await writeFile(join(catalogue, "wiki", "wiki.conf.liquid"), template);
    const component =
      "apiVersion: convene/v1alpha1\nkind: Component\nmetadata: {name: wiki}\nspec: {uses: wiki}\n";
    return await firstFile({ "site.yaml": `${site}---\n${component}` }, catalogue);
  } finally {
    await rm(catalogue, { recursive: true });
  }
}

async function firstFile(files: Files, catalogue: string) {
  const { containers } = await buildSite(files, catalogue);
  const [file] = containers.find((one) => one.name === "wiki")?.files ?? [];
  if (!file) throw new Error("no file");
  return file;
}

const LIVE = 'live: {mask: "^server .*$", command: [take-over]}';

describe("a file of a container", () => {
  it("is rendered, and digested with owner, group and mode", async () => {
    const file = await render("owner: www", "name = {{ site.domain }}\n");
    expect(file.content).to.equal("name = meet.test\n");
    expect((await render("owner: root", "name = {{ site.domain }}\n")).digest).not.to.equal(file.digest);
    expect((await render('owner: www, mode: "0600"', "name = {{ site.domain }}\n")).digest).not.to.equal(
      file.digest,
    );
  });

  it("has one digest when nothing of it is taken over live", async () => {
    const file = await render("owner: root", "server a\n");
    expect([file.structureDigest, file.live]).to.deep.equal([file.digest, undefined]);
  });

  it("keeps its structure when only live lines differ, in any number of lines", async () => {
    const [a, b, other] = await Promise.all([
      renderShipped(LIVE, "global\nserver a\n  server b\nserver c\n"),
      renderShipped(LIVE, "global\nserver x\n  server b\nserver y\n"),
      renderShipped(LIVE, "global\nserver a\n  server changed\nserver c\n"),
    ]);
    expect(a.structureDigest).to.equal(b.structureDigest);
    expect(a.digest).not.to.equal(b.digest);
    expect(a.structureDigest).not.to.equal(other.structureDigest);
    expect(a.live).to.deep.equal({ command: ["take-over"] });
  });

  it("is a secret as a whole when it may hold one", async () => {
    const spec = "secrets: [wiki-secret]";
    const file = await render("secret: true", "password = {{ secrets['wiki-secret'] }}\n", spec);
    if (!(file.content instanceof Secret)) throw new Error("it is shown");
    expect(file.content.reveal()).to.equal("password = value-of-wiki-secret\n");
  });

  it("gets no secret when it does not say so, nor one its container does not list", async () => {
    for (const [entry, spec] of [
      ["owner: root", "secrets: [wiki-secret]"],
      ["secret: true", ""],
    ] as const) {
      const error = await render(entry, "{{ secrets['wiki-secret'] }}", spec).catch(
        (thrown: unknown) => thrown,
      );
      expect(error).to.have.property("code", "TemplateFailed");
    }
  });

  it("knows whether it is rendered from keys that others may write", async () => {
    expect((await render("owner: root", "{{ site.domain }}")).usesEffectiveKv).to.equal(false);
    const file = await render(
      "owner: root",
      "{% for one in effective.certbot.domains %}{{ one.domain }}{% endfor %}",
    );
    expect(file.usesEffectiveKv).to.equal(true);
  });

  for (const [entry, reaction] of [
    ["owner: root", { kind: "nothing" }],
    ["onChange: {reload: nginx}", { kind: "reload", unit: "nginx" }],
    ["onChange: {restart: nginx}", { kind: "restart", unit: "nginx" }],
    ["onChange: {command: [tell, it]}", { kind: "command", command: ["tell", "it"], disruption: "none" }],
  ] as const) {
    it(`reacts as it says: ${entry}`, async () => {
      expect((await render(entry, "x")).onChange).to.deep.equal(reaction);
    });
  }
});
