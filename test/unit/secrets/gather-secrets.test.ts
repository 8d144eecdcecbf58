/** Every secret a site needs, from where its manifests say. */
import { randomBytes } from "node:crypto";
import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Encrypter, armor, generateIdentity, identityToRecipient } from "age-encryption";
import { expect } from "chai";
import {
  gatherSecrets,
  internalSecretNames,
  placeholderSecrets,
} from "../../../src/secrets/gather-secrets.ts";
import { createSecretStore } from "../../../src/secrets/secret-store.ts";
import { ConveneError } from "../../../src/system/errors.ts";
import { SMALL_CATALOGUE, modelInput, smallSite } from "../../lab/sample-model.ts";

const PEOPLE = `apiVersion: convene/v1alpha1
kind: User
metadata: {name: ann}
spec: {password: {generate: true}}
---
apiVersion: convene/v1alpha1
kind: User
metadata: {name: bob}
spec: {password: {secretRef: bobs}}
`;

function secretManifest(name: string, spec: string): string {
  return `apiVersion: convene/v1alpha1\nkind: Secret\nmetadata: {name: ${name}}\nspec:\n${spec}\n`;
}

describe("the secrets of a site", () => {
  let directory: string;
  let identity: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), "convene-gather-"));
    identity = await generateIdentity();
    await writeFile(join(directory, "identity"), `# made by init\n${identity}\n`);
    await mkdir(join(directory, "host"));
  });
  afterEach(() => rm(directory, { recursive: true }));

  const gather = async (secret: string) => {
    const files = { ...smallSite(), "people.yaml": PEOPLE, "secrets.yaml": secretManifest("bobs", secret) };
    return gatherSecrets(await modelInput(files, SMALL_CATALOGUE), {
      store: createSecretStore({ directory: join(directory, "state"), randomBytes }),
      identityFile: join(directory, "identity"),
      hostSecrets: join(directory, "host"),
    });
  };
  const failure = async (secret: string) => {
    const error = await gather(secret).catch((thrown: unknown) => thrown);
    if (error instanceof ConveneError) return error;
    throw new Error("it was gathered");
  };

  it("are generated once, for machines and for people", async () => {
    const [first, again] = [await gather("  generate: true"), await gather("  generate: true")];
    for (const secrets of [first, again]) expect(secrets.version).to.equal(first.version);
    expect(again.internal("base-word").reveal()).to.equal(first.internal("base-word").reveal());
    expect(again.password("ann").reveal()).to.equal(first.password("ann").reveal());
    expect(again.operator("bobs").reveal()).to.equal(first.operator("bobs").reveal());
    expect(await readdir(join(directory, "state", "passwords"))).to.deep.equal(["ann"]);
  });

  it("may be put on the host by root", async () => {
    await writeFile(join(directory, "host", "bob"), "root's own words\n");
    expect((await gather("  hostFile: bob")).operator("bobs").reveal()).to.equal("root's own words");
  });

  it("may lie in git, encrypted to the host", async () => {
    const encrypter = new Encrypter();
    encrypter.addRecipient(await identityToRecipient(identity));
    const armored = armor.encode(await encrypter.encrypt("from git"));
    const text = armored
      .trimEnd()
      .split("\n")
      .map((line) => `    ${line}`)
      .join("\n");
    expect((await gather(`  age: |\n${text}`)).operator("bobs").reveal()).to.equal("from git");

    await writeFile(join(directory, "identity"), `${await generateIdentity()}\n`);
    const error = await failure(`  age: |\n${text}`);
    expect(error.code).to.equal("DecryptionFailed");
    expect(error.location).to.include({ file: "secrets.yaml", line: 5 });
    expect(`${error.message}${error.hint}`).not.to.contain(identity);
  });

  it("that root did not put there are asked for, with the command", async () => {
    const error = await failure("  hostFile: bob");
    expect([error.code, error.location?.line]).to.deep.equal(["SecretMissing", 5]);
    expect(error.hint).to.contain(`${directory}/host/bob`);
  });

  it("have one version that changes when any of them does", async () => {
    await writeFile(join(directory, "host", "bob"), "one\n");
    const before = await gather("  hostFile: bob");
    await writeFile(join(directory, "host", "bob"), "two\n");
    const after = await gather("  hostFile: bob");
    expect(after.version).not.to.equal(before.version);
    expect(after.fingerprint(after.operator("bobs"))).not.to.equal(
      before.fingerprint(before.operator("bobs")),
    );
    expect(after.fingerprint(after.password("ann"))).to.equal(before.fingerprint(before.password("ann")));
  });

  it("are known by the names they have in the store", async () => {
    const files = { ...smallSite(), "secrets.yaml": secretManifest("bobs", "  generate: true") };
    const input = await modelInput(files, SMALL_CATALOGUE);
    expect([...internalSecretNames(input)].toSorted()).to.deep.equal(["base-word", "site.bobs"]);
    const written = { ...files, "secrets.yaml": secretManifest("bobs", "  hostFile: bob") };
    expect([...internalSecretNames(await modelInput(written, SMALL_CATALOGUE))]).to.deep.equal(["base-word"]);
  });

  it("that nobody listed are not there", async () => {
    const secrets = await gather("  generate: true");
    expect(() => secrets.internal("consul-management-token")).to.throw(ConveneError);
    expect(() => secrets.password("bob")).to.throw(ConveneError);
  });

  it("of a tree that is only validated are placeholders", () => {
    const secrets = placeholderSecrets();
    expect(secrets.internal("anything").reveal()).to.equal(secrets.password("anybody").reveal());
  });
});
