/** Certificate chains, good and bad, and exactly the findings each must give. */
import { expect } from "chai";
import { assessChain, type CertificateExpectation } from "../../../../src/checks/certificates/assess.ts";
import {
  type CertificateFacts,
  keyBelongsTo,
  readCertificate,
  readPemChain,
} from "../../../../src/checks/certificates/read-certificate.ts";
import { createRootStore } from "../../../../src/checks/certificates/root-store.ts";
import { Secret } from "../../../../src/system/secret.ts";
import { makeAuthority, makeCertificate, type TestCertificate } from "../../../lab/test-certificates.ts";

const NAME = "meet.example.org";
const NOW = Date.now();

describe("certificate assessment", () => {
  let root: TestCertificate;
  let intermediate: TestCertificate;

  before(async () => {
    root = await makeAuthority();
    intermediate = await makeCertificate({
      commonName: "intermediate",
      authority: true,
      untilDays: 900,
      issuer: root,
    });
  });

  /** `critical cert_expired` and so on, worst first. */
  async function findings(
    chain: readonly TestCertificate[],
    expectation: Partial<CertificateExpectation> = {},
  ): Promise<readonly string[]> {
    const facts = await Promise.all(chain.map(({ pem }) => readCertificate(pem)));
    return assess(facts, expectation);
  }

  function assess(
    facts: readonly CertificateFacts[],
    expectation: Partial<CertificateExpectation> = {},
  ): readonly string[] {
    const roots = createRootStore([root.pem]);
    return assessChain(facts, { names: [NAME], now: NOW, roots, ...expectation }).map(
      ({ severity, reason }) => `${severity} ${reason}`,
    );
  }

  it("finds nothing wrong with good chains, RSA and EC, in any order, with or without the root", async () => {
    const ec = await makeCertificate({ names: [NAME], issuer: intermediate });
    const rsa = await makeCertificate({ names: [NAME], issuer: root, key: "rsa" });
    expect(await findings([ec, intermediate])).to.deep.equal([]);
    expect(await findings([ec, intermediate, root])).to.deep.equal([]);
    expect(await findings([ec, root, intermediate])).to.deep.equal([]);
    expect(await findings([rsa])).to.deep.equal([]);
  });

  it("takes wildcards for one label and IP addresses as names", async () => {
    const leaf = await makeCertificate({
      names: ["*.example.org", "192.0.2.1", "2001:db8::1"],
      issuer: root,
    });
    expect(await findings([leaf], { names: [NAME, "192.0.2.1", "2001:db8::1"] })).to.deep.equal([]);
    expect(await findings([leaf], { names: ["example.org"] })).to.deep.equal(["critical cert_name_mismatch"]);
    expect(await findings([leaf], { names: ["a.b.example.org"] })).to.deep.equal([
      "critical cert_name_mismatch",
    ]);
    expect(await findings([leaf], { names: ["192.0.2.2"] })).to.deep.equal(["critical cert_name_mismatch"]);
  });

  it("does not take the common name for a name, as browsers do not", async () => {
    const leaf = await makeCertificate({ commonName: NAME, issuer: root });
    expect(await findings([leaf])).to.deep.equal(["critical cert_name_mismatch"]);
  });

  it("tells expired from not yet valid", async () => {
    const old = await makeCertificate({ names: [NAME], issuer: root, fromDays: -91, untilDays: -1 });
    const early = await makeCertificate({ names: [NAME], issuer: root, fromDays: 1, untilDays: 91 });
    expect(await findings([old])).to.deep.equal(["critical cert_expired"]);
    expect(await findings([early])).to.deep.equal(["critical cert_not_yet_valid"]);
  });

  it("warns below a quarter and is critical below an eighth of the lifetime, long or short", async () => {
    for (const lifetime of [90, 45, 6]) {
      const at = (share: number) =>
        makeCertificate({
          names: [NAME],
          issuer: root,
          now: NOW,
          fromDays: -lifetime * (1 - share),
          untilDays: lifetime * share,
        });
      expect(await findings([await at(0.26)]), `${lifetime} days`).to.deep.equal([]);
      expect(await findings([await at(0.24)]), `${lifetime} days`).to.deep.equal(["warning cert_expiring"]);
      expect(await findings([await at(0.13)]), `${lifetime} days`).to.deep.equal(["warning cert_expiring"]);
      expect(await findings([await at(0.12)]), `${lifetime} days`).to.deep.equal(["critical cert_expiring"]);
    }
  });

  it("takes the days named instead of the share", async () => {
    const leaf = await makeCertificate({ names: [NAME], issuer: root, fromDays: -80, untilDays: 10 });
    expect(await findings([leaf], { warnDays: 5, criticalDays: 2 })).to.deep.equal([]);
    expect(await findings([leaf], { warnDays: 14, criticalDays: 7 })).to.deep.equal([
      "warning cert_expiring",
    ]);
    expect(await findings([leaf], { warnDays: 30, criticalDays: 14 })).to.deep.equal([
      "critical cert_expiring",
    ]);
  });

  it("tells self-signed, a forgotten intermediate and an unknown root apart", async () => {
    const own = await makeCertificate({ names: [NAME] });
    const leaf = await makeCertificate({ names: [NAME], issuer: intermediate });
    const strangers = await makeAuthority({ commonName: "somebody else" });
    const foreign = await makeCertificate({ names: [NAME], issuer: strangers });
    expect(await findings([own])).to.deep.equal(["critical cert_self_signed"]);
    expect(await findings([leaf])).to.deep.equal(["critical cert_chain_incomplete"]);
    expect(await findings([foreign, strangers])).to.deep.equal(["critical cert_untrusted_issuer"]);
    expect(await findings([leaf, intermediate], { roots: createRootStore([]) })).to.deep.equal([
      "critical cert_untrusted_issuer",
    ]);
  });

  it("does not follow an issuer of the right name with the wrong key, or one that is no authority", async () => {
    const impostor = await makeCertificate({ commonName: "intermediate", authority: true, issuer: root });
    const leaf = await makeCertificate({ names: [NAME], issuer: intermediate });
    const noAuthority = await makeCertificate({ commonName: "not an authority", issuer: root });
    const child = await makeCertificate({ names: [NAME], issuer: noAuthority });
    expect(await findings([leaf, impostor])).to.deep.equal(["critical cert_chain_incomplete"]);
    expect(await findings([child, noAuthority])).to.deep.equal(["critical cert_chain_incomplete"]);
  });

  it("finds an expired intermediate under a good leaf", async () => {
    const old = await makeCertificate({
      commonName: "old intermediate",
      authority: true,
      issuer: root,
      fromDays: -900,
      untilDays: -1,
    });
    const leaf = await makeCertificate({ names: [NAME], issuer: old });
    expect(await findings([leaf, old])).to.deep.equal(["critical cert_expired"]);
  });

  it("finds weak keys and weak signatures", async () => {
    const weakKey = await makeCertificate({ names: [NAME], issuer: root, key: "rsa-weak" });
    const weakSignature = await makeCertificate({ names: [NAME], issuer: root, hash: "SHA-1" });
    expect(await findings([weakKey])).to.deep.equal(["warning cert_weak_key"]);
    expect(await findings([weakSignature])).to.deep.equal(["warning cert_weak_signature"]);
  });

  it("reports every fault at once, the worst first", async () => {
    const bad = await makeCertificate({
      names: ["other.org"],
      fromDays: -91,
      untilDays: -1,
      key: "rsa-weak",
    });
    expect(await findings([bad])).to.deep.equal([
      "critical cert_expired",
      "critical cert_name_mismatch",
      "critical cert_self_signed",
      "warning cert_weak_key",
    ]);
  });

  it("only says an untrusted certificate and its name at first boot, but never excuses an expired one", async () => {
    const own = await makeCertificate({ names: ["localhost"] });
    const old = await makeCertificate({ names: [NAME], fromDays: -91, untilDays: -1 });
    const tolerant = { allowSelfSigned: true };
    expect(await findings([own], tolerant)).to.deep.equal([
      "info cert_name_mismatch",
      "info cert_self_signed",
    ]);
    expect(await findings([old], tolerant)).to.deep.equal(["critical cert_expired", "info cert_self_signed"]);
    const trusted = await makeCertificate({ names: ["other.org"], issuer: root });
    expect(await findings([trusted], tolerant)).to.deep.equal(["critical cert_name_mismatch"]);
  });

  it("compares what is served with what is on disk", async () => {
    const served = await makeCertificate({ names: [NAME], issuer: root });
    const [facts] = await readPemChain(served.pem);
    expect(await findings([served], { diskFingerprint: facts?.fingerprint })).to.deep.equal([]);
    expect(await findings([served], { diskFingerprint: "00" })).to.deep.equal([
      "critical served_not_on_disk",
    ]);
  });

  it("knows which key belongs to a certificate", async () => {
    const one = await makeCertificate({ names: [NAME] });
    const other = await makeCertificate({ names: [NAME] });
    const facts = await readCertificate(one.pem);
    expect(keyBelongsTo(facts, new Secret(one.keyPem))).to.equal(true);
    expect(keyBelongsTo(facts, new Secret(other.keyPem))).to.equal(false);
    expect(keyBelongsTo(facts, new Secret("no key"))).to.equal(false);
  });

  it("refuses text that holds no certificate with a hint", async () => {
    const wrong = ["", "hello", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----"];
    for (const text of wrong) {
      const error: unknown = await readPemChain(text).then(
        () => undefined,
        (thrown: unknown) => thrown,
      );
      expect(error, text).to.include({ code: "InvalidCertificate" });
    }
  });
});
