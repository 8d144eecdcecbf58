/** Certificates and keys read from text, and remembered no further than the memory reaches. */
import { X509Certificate } from "node:crypto";
import { expect } from "chai";
import { createCertificateMemory } from "../../../../src/checks/certificates/certificate-memory.ts";
import {
  keyBelongsTo,
  readCertificate,
  readPemChain,
} from "../../../../src/checks/certificates/read-certificate.ts";
import { Secret } from "../../../../src/system/secret.ts";
import { makeCertificate } from "../../../lab/test-certificates.ts";

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
    const memory = createCertificateMemory(2);
    const { pem } = await makeCertificate();
    const first = await memory.read(new X509Certificate(pem));
    expect(await memory.read(new X509Certificate(pem))).to.equal(first);
    const others = await Promise.all(Array.from({ length: 2 }, () => makeCertificate()));
    for (const other of others) await memory.read(new X509Certificate(other.pem));
    expect(await memory.read(new X509Certificate(pem))).not.to.equal(first);
  });

  it("says no to a signature by a key of another kind", async () => {
    const memory = createCertificateMemory();
    const [ec, rsa] = [await makeCertificate(), await makeCertificate({ key: "rsa" })];
    const [one, other] = [new X509Certificate(ec.pem), new X509Certificate(rsa.pem)];
    expect(memory.signed(one, one)).to.equal(true);
    expect(memory.signed(one, other)).to.equal(false);
    expect(memory.signed(other, one)).to.equal(false);
  });
});
