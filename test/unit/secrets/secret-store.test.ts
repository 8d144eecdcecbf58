import { randomBytes } from "node:crypto";
import { mkdtemp, readFile, readdir, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { type SecretStore, createSecretStore } from "../../../src/secrets/secret-store.ts";
import { ConveneError } from "../../../src/system/errors.ts";
import { Secret } from "../../../src/system/secret.ts";

describe("generated secrets", () => {
  let directory: string;
  let store: SecretStore;
  const open = () => createSecretStore({ directory, randomBytes });
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), "convene-secrets-"));
    store = open();
  });
  afterEach(() => rm(directory, { recursive: true }));

  it("are made once and kept, also over a restart", async () => {
    const first = await store.ensure("internal", "turn-secret");
    expect((await open().ensure("internal", "turn-secret")).reveal()).to.equal(first.reveal());
    expect((await store.ensure("internal", "other")).reveal()).not.to.equal(first.reveal());
  });

  it("are made up in memory for a plan that may never land, and existing ones are used", async () => {
    const kept = await store.ensure("internal", "turn-secret");
    const planning = createSecretStore({ directory, randomBytes, readOnly: true });
    const first = await planning.ensure("passwords", "m.meier");
    expect((await planning.ensure("passwords", "m.meier")).reveal()).to.equal(first.reveal());
    expect((await planning.ensure("internal", "turn-secret")).reveal()).to.equal(kept.reveal());
    expect(await planning.prune("internal", new Set())).to.deep.equal([]);
    expect(await readdir(directory)).to.deep.equal(["secrets"]);
  });

  it("are the same for everybody who asks at the same time", async () => {
    const asked = await Promise.all(
      Array.from({ length: 20 }, () => store.ensure("internal", "turn-secret")),
    );
    expect(new Set(asked.map((one) => one.reveal())).size).to.equal(1);
    expect((await open().ensure("internal", "turn-secret")).reveal()).to.equal(asked[0]?.reveal());
  });

  it("hold 256 bits for machines, and for people what they can still type", async () => {
    expect(Buffer.from((await store.ensure("internal", "a")).reveal(), "base64url")).to.have.length(32);
    expect(Buffer.from((await store.ensure("passwords", "m.meier")).reveal(), "base64url")).to.have.length(
      15,
    );
  });

  it("are for their owner alone", async () => {
    await store.ensure("passwords", "m.meier");
    expect((await stat(join(directory, "passwords"))).mode & 0o777).to.equal(0o700);
    expect((await stat(join(directory, "passwords", "m.meier"))).mode & 0o777).to.equal(0o600);
  });

  it("are made anew when a crash left an empty file", async () => {
    await store.ensure("internal", "a");
    await writeFile(join(directory, "secrets", "a"), "\n");
    const value = (await store.ensure("internal", "a")).reveal();
    expect((await readFile(join(directory, "secrets", "a"), "utf8")).trim()).to.equal(value);
    expect(value).to.have.length(43);
  });

  for (const name of ["../convene", "a/b", "", ".hidden", "a\nb", "x".repeat(200)]) {
    it(`are never named ${JSON.stringify(name.slice(0, 20))}`, async () => {
      const error = await store.ensure("internal", name).catch((thrown: unknown) => thrown);
      expect(error).to.be.instanceOf(ConveneError).with.property("code", "InvalidSecretName");
    });
  }

  it("go when nobody wants them any more, of their own kind only", async () => {
    await Promise.all(["ann", "bob", "eve"].map((name) => store.ensure("passwords", name)));
    await store.ensure("internal", "eve");
    expect((await store.prune("passwords", new Set(["ann"]))).toSorted()).to.deep.equal(["bob", "eve"]);
    expect(await readdir(join(directory, "passwords"))).to.deep.equal(["ann"]);
    expect(await readdir(join(directory, "secrets"))).to.deep.equal(["eve"]);
    expect(
      await createSecretStore({ directory: "/nowhere", randomBytes }).prune("passwords", new Set()),
    ).to.deep.equal([]);
  });

  it("never go together with the key of the fingerprints", async () => {
    await store.ensure("internal", "a");
    const before = await store.fingerprint(new Secret("value"));
    expect(await store.prune("internal", new Set())).to.deep.equal(["a"]);
    expect(await open().fingerprint(new Secret("value"))).to.equal(before);
  });

  it("have fingerprints that change exactly when the value does, and tell nothing across hosts", async () => {
    const values = [new Secret("a"), new Secret("b"), new Secret("a")];
    // All at once, as the first pass of a new host asks for them.
    const [a, b, again] = await Promise.all(values.map((value) => store.fingerprint(value)));
    expect(again).to.equal(a);
    expect(b).not.to.equal(a);
    expect(await open().fingerprint(new Secret("a"))).to.equal(a);
    const elsewhere = createSecretStore({ directory: join(directory, "elsewhere"), randomBytes });
    expect(await elsewhere.fingerprint(new Secret("a"))).not.to.equal(a);
  });
});
