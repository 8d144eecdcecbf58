/** Certificates and keys read from text, and remembered no further than the memory reaches. */
import { X509Certificate } from "node:crypto";
import { expect } from "chai";
import { createCertificateMemory } from "../../../../src/checks/certificates/certificate-memory.ts";
import {
  keyBelongsTo,
  readCertificate,
  readPemChain,
} from "../../../../src/checks/certificates/read-certificate.ts";
import { createRootStore } from "../../../../src/checks/certificates/root-store.ts";
import { Secret } from "../../../../src/system/secret.ts";
import { makeAuthority, makeCertificate } from "../../../lab/test-certificates.ts";

describe("reading certificates", () => {
  it("knows which key belongs to a certificate", async () => {
    const one = await makeCertificate();
    const other = await makeCertificate();
    const facts = await readCertificate(one.pem);
    expect(keyBelongsTo(facts, new Secret(one.keyPem))).to.equal(true);
    expect(keyBelongsTo(facts, new Secret(other.keyPem))).to.equal(false);
    expect(keyBelongsTo(facts, new Secret("no key"))).to.equal(false);
  });

  it("refuses text that holds no certificate", async () => {
    const wrong = ["", "hello", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----"];
    for (const text of wrong) {
      const error: unknown = await readPemChain(text).then(
        () => undefined,
        (thrown: unknown) => thrown,
      );
      expect(error, text).to.include({ code: "InvalidCertificate" });
    }
  });

  it("reads no more than 16 certificates of a file", async () => {
    const { pem } = await makeCertificate();
    expect(await readPemChain(pem.repeat(40))).to.have.length(16);
  });

  it("remembers what it read by the certificate's bytes, and forgets the longest unused", async () => {
    const memory = createCertificateMemory(createRootStore([]), 2);
    const { pem } = await makeCertificate();
    const first = await memory.read(new X509Certificate(pem));
    expect(await memory.read(new X509Certificate(pem))).to.equal(first);
    const others = await Promise.all(Array.from({ length: 2 }, () => makeCertificate()));
    for (const other of others) await memory.read(new X509Certificate(other.pem));
    expect(await memory.read(new X509Certificate(pem))).not.to.equal(first);
  });

  it("remembers where a chain leads by all its certificates", async () => {
    const root = await makeAuthority();
    const memory = createCertificateMemory(createRootStore([root.pem]));
    const middle = await makeAuthority({ commonName: "middle", issuer: root });
    const leaf = await readCertificate((await makeCertificate({ issuer: middle })).pem);
    const whole = memory.follow([leaf, await readCertificate(middle.pem)]);
    expect(whole.fault).to.equal(undefined);
    expect(memory.follow([leaf, await readCertificate(middle.pem)])).to.equal(whole);
    expect(memory.follow([leaf]).fault?.reason).to.equal("cert_chain_incomplete");
  });

  it("does not take an issuer of the right name whose key is of another kind", async () => {
    const memory = createCertificateMemory(createRootStore([]));
    const issuer = await makeAuthority({ commonName: "one" });
    const impostor = await makeAuthority({ commonName: "one", key: "rsa" });
    const leaf = await makeCertificate({ issuer });
    const chain = await Promise.all([leaf, impostor].map(({ pem }) => readCertificate(pem)));
    expect(memory.follow(chain).fault?.reason).to.equal("cert_chain_incomplete");
  });
});
