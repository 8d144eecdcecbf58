/** Certificate chains, good and bad, one a line, and exactly the findings each must give. */
import { expect } from "chai";
import { assessChain, type CertificateExpectation } from "../../../../src/checks/certificates/assess.ts";
import { createCertificateMemory } from "../../../../src/checks/certificates/certificate-memory.ts";
import { readCertificate } from "../../../../src/checks/certificates/read-certificate.ts";
import { createRootStore } from "../../../../src/checks/certificates/root-store.ts";
import {
  type CertificateRequest,
  makeAuthority,
  makeCertificate,
  type TestCertificate,
} from "../../../lab/test-certificates.ts";

const NAME = "meet.example.org";
const NOW = Date.UTC(2026, 5, 1);

interface Cast {
  /** The only trusted one. */
  readonly root: TestCertificate;
  readonly stranger: TestCertificate;
  /** Below the root. */
  readonly middle: TestCertificate;
  readonly rsaMiddle: TestCertificate;
  /** Below `middle`. */
  readonly lower: TestCertificate;
  readonly rsaKey: TestCertificate;
  readonly weakRsaKey: TestCertificate;
}

type Chain = (cast: Cast) => Promise<readonly TestCertificate[]>;
type Row = readonly [
  says: string,
  chain: Chain,
  findings: readonly string[],
  expectation?: Partial<CertificateExpectation>,
];

function make(request: CertificateRequest): Promise<TestCertificate> {
  return makeCertificate({ now: NOW, ...request });
}

/** A leaf for NAME below `issuer`, and that issuer, unless it is the root. */
function below(issuer: "root" | "middle" | "rsaMiddle", request: CertificateRequest = {}): Chain {
  return async (cast) => {
    const leaf = await make({ names: [NAME], issuer: cast[issuer], ...request });
    return issuer === "root" ? [leaf] : [leaf, cast[issuer]];
  };
}

/** Below the root, with this share of a lifetime left. */
function aged(days: number, share: number, more: CertificateRequest = {}): Chain {
  return below("root", { fromDays: -days * (1 - share), untilDays: days * share, ...more });
}

/** Signed by itself. */
function alone(request: CertificateRequest = {}): Chain {
  return async () => [await make({ names: [NAME], ...request })];
}

/** A leaf below an authority made for it, which is below the root. */
function through(authority: CertificateRequest, leaf: CertificateRequest = {}): Chain {
  return async ({ root }) => {
    const issuer = await makeAuthority({ commonName: "through", now: NOW, issuer: root, ...authority });
    return [await make({ names: [NAME], issuer, ...leaf }), issuer];
  };
}

/** An authority below one that allows no other below itself. */
const tooDeep: Chain = async ({ root }) => {
  const upper = await makeAuthority({ commonName: "upper", pathLength: 0, now: NOW, issuer: root });
  const under = await makeAuthority({ commonName: "under", now: NOW, issuer: upper });
  return [await make({ names: [NAME], issuer: under }), under, upper];
};

const EXPIRED = { fromDays: -91, untilDays: -1 };
const EARLY = { fromDays: 1, untilDays: 91 };
const first = { allowSelfSigned: true };
const unseen = { issuer: "any", names: [] } as const;

// biome-ignore format: a chain a line
const ROWS: readonly Row[] = [
  // Good ones.
  ["EC below an intermediate", below("middle"), []],
  ["P-384 below an RSA intermediate", below("rsaMiddle", { key: "ec-384", hash: "SHA-384" }), []],
  ["RSA below the root, which signed itself with SHA-1", async (c) => [await make({ names: [NAME], issuer: c.root, keyOf: c.rsaKey })], []],
  ["two intermediates", async (c) => [await make({ names: [NAME], issuer: c.lower }), c.lower, c.middle], []],
  ["the root is served as well", async (c) => [...(await below("middle")(c)), c.root], []],
  ["one that does not belong is ignored", async (c) => [...(await below("root")(c)), c.rsaMiddle], []],

  // Names.
  ["a wildcard for one label", below("root", { names: ["*.example.org"] }), []],
  ["a wildcard for no label", below("root", { names: ["*.example.org"] }), ["critical cert_name_mismatch"], { names: ["example.org"] }],
  ["a wildcard for two labels", below("root", { names: ["*.example.org"] }), ["critical cert_name_mismatch"], { names: ["a.meet.example.org"] }],
  ["a wildcard for a part of a label", below("root", { names: ["m*.example.org"] }), ["critical cert_name_mismatch"]],
  ["names in capital letters", below("root", { names: ["Meet.Example.ORG"] }), [], { names: ["MEET.example.org"] }],
  ["IPv4 and IPv6 addresses", below("root", { names: ["192.0.2.1", "2001:db8::1"] }), [], { names: ["192.0.2.1", "2001:0db8::0:1"] }],
  ["another address", below("root", { names: ["192.0.2.1"] }), ["critical cert_name_mismatch"], { names: ["192.0.2.2"] }],
  ["an address as the common name", below("root", { commonName: "192.0.2.1" }), ["critical cert_name_mismatch"], { names: ["192.0.2.1"] }],
  ["only the common name", below("root", { names: [], commonName: NAME }), ["critical cert_name_mismatch"]],
  ["one of three names missing", below("root", { names: [NAME, "turn.example.org"] }), ["critical cert_name_mismatch"], { names: [NAME, "turn.example.org", "cloud.example.org"] }],

  // Lifetimes: 10 years, 90, 45, 6 and 2 days.
  ["10 years, half left", aged(3_650, 0.5), []],
  ["10 years, 91 days left", aged(3_650, 91 / 3_650), []],
  ["10 years, 89 days left", aged(3_650, 89 / 3_650), ["warning cert_expiring"]],
  ["10 years, 44 days left", aged(3_650, 44 / 3_650), ["critical cert_expiring"]],
  ["90 days, 26 % left", aged(90, 0.26), []],
  ["90 days, 24 % left", aged(90, 0.24), ["warning cert_expiring"]],
  ["90 days, 13 % left", aged(90, 0.13), ["warning cert_expiring"]],
  ["90 days, 12 % left", aged(90, 0.12), ["critical cert_expiring"]],
  ["45 days, 24 % left", aged(45, 0.24), ["warning cert_expiring"]],
  ["6 days, 26 % left", aged(6, 0.26), []],
  ["6 days, 24 % left", aged(6, 0.24), ["warning cert_expiring"]],
  ["2 days, 26 % left", aged(2, 0.26), []],
  ["2 days, 12 % left", aged(2, 0.12), ["critical cert_expiring"]],
  ["days named, none reached", aged(90, 0.11), [], { warnDays: 5, criticalDays: 2 }],
  ["days named, warning", aged(90, 0.5), ["warning cert_expiring"], { warnDays: 60, criticalDays: 7 }],
  ["days named, critical", aged(90, 0.5), ["critical cert_expiring"], { warnDays: 60, criticalDays: 50 }],
  ["expired", below("middle", EXPIRED), ["critical cert_expired"]],
  ["2 days, expired an hour ago", aged(2, -1 / 48), ["critical cert_expired"]],
  ["not yet valid", below("middle", EARLY), ["critical cert_not_yet_valid"]],

  // The chain.
  ["the intermediate is not sent", async (c) => (await below("middle")(c)).slice(0, 1), ["critical cert_chain_incomplete"]],
  ["an intermediate of the right name with another key", async (c) => [...(await below("middle")(c)).slice(0, 1), await makeAuthority({ commonName: "middle", now: NOW, issuer: c.root })], ["critical cert_chain_incomplete"]],
  ["intermediates in the wrong order", async (c) => [await make({ names: [NAME], issuer: c.lower }), c.middle, c.lower], ["warning cert_wrong_order"]],
  ["signed by itself", alone(), ["critical cert_self_signed"]],
  ["a private root, served", async (c) => [await make({ names: [NAME], issuer: c.stranger }), c.stranger], ["critical cert_untrusted_root"]],
  ["a private root, not served", below("middle"), ["critical cert_untrusted_issuer"], { certificates: createCertificateMemory(createRootStore([])) }],
  ["an intermediate that has expired", through({ fromDays: -900, untilDays: -1 }), ["critical cert_issuer_expired"]],
  ["an intermediate that is not yet valid", through({ fromDays: 1 }), ["critical cert_not_yet_valid"]],
  ["an intermediate that ends first, far away", through({ untilDays: 80 }), ["info cert_issuer_expiring"]],
  ["an intermediate that ends first, soon", through({ untilDays: 20 }), ["warning cert_issuer_expiring"]],
  ["an intermediate that ends first, at once", through({ untilDays: 2 }), ["critical cert_issuer_expiring"]],
  ["an issuer that is no authority", through({ authority: false }), ["critical cert_issuer_not_authority"]],
  ["an authority below one that allows none", tooDeep, ["critical cert_path_too_long"]],
  ["an authority that allows none, and has none", through({ pathLength: 0 }), []],
  ["an intermediate for clients only", through({ purpose: "client" }), ["critical cert_not_for_servers"]],
  ["a leaf for clients only", below("middle", { purpose: "client" }), ["critical cert_not_for_servers"]],
  ["a leaf for no named purpose", below("middle", { purpose: "none" }), ["warning cert_not_for_servers"]],

  // Strength.
  ["RSA of 1024 bits", async (c) => [await make({ names: [NAME], issuer: c.root, keyOf: c.weakRsaKey })], ["warning cert_weak_key"]],
  ["a curve of 192 bits", below("root", { key: "ec-weak" }), ["warning cert_weak_key"]],
  ["an intermediate of 1024 bits", async (c) => through({ keyOf: c.weakRsaKey })(c), ["warning cert_weak_key"]],
  ["signed with SHA-1", below("root", { hash: "SHA-1" }), ["warning cert_weak_signature"]],
  ["signed with MD5", below("rsaMiddle", { hash: "MD5" }), ["warning cert_weak_signature"]],
  ["SHA-1 over itself says nothing more", alone({ hash: "SHA-1" }), ["critical cert_self_signed"]],

  // Several faults at once.
  ["expired, for another name", below("middle", { ...EXPIRED, names: ["other.org"] }), ["critical cert_expired", "critical cert_name_mismatch"]],
  ["incomplete, for another name", async (c) => (await below("middle", { names: ["other.org"] })(c)).slice(0, 1), ["critical cert_name_mismatch", "critical cert_chain_incomplete"]],
  ["expired, the intermediate too", through({ fromDays: -900, untilDays: -1 }, EXPIRED), ["critical cert_expired", "critical cert_issuer_expired"]],
  ["not yet valid, self-signed, for clients", alone({ ...EARLY, purpose: "client" }), ["critical cert_not_yet_valid", "critical cert_not_for_servers", "critical cert_self_signed"]],
  ["soon over, SHA-1, for another name", aged(90, 0.2, { names: ["other.org"], hash: "SHA-1" }), ["critical cert_name_mismatch", "warning cert_weak_signature", "warning cert_expiring"]],
  ["wrong order, expired", async (c) => [await make({ names: [NAME], issuer: c.lower, ...EXPIRED }), c.middle, c.lower], ["critical cert_expired", "warning cert_wrong_order"]],
  ["self-signed, expired, weak, for another name", async (c) => [await make({ ...EXPIRED, names: ["other.org"], keyOf: c.weakRsaKey })], ["critical cert_expired", "critical cert_name_mismatch", "critical cert_self_signed", "warning cert_weak_key"]],

  // A first boot, and a certificate that is taken unseen.
  ["first boot: signed by itself for another name", alone({ names: ["localhost"] }), ["info cert_name_mismatch", "info cert_self_signed"], first],
  ["first boot: expired all the same", alone(EXPIRED), ["critical cert_expired", "info cert_self_signed"], first],
  ["first boot: a trusted one must be right", below("root", { names: ["other.org"] }), ["critical cert_name_mismatch"], first],
  ["taken unseen: signed by itself for another name", alone({ names: [], purpose: "none" }), [], unseen],
  ["taken unseen: expired all the same", alone(EXPIRED), ["critical cert_expired"], unseen],
];

describe("certificate chains", () => {
  let cast: Cast;

  before(async () => {
    const root = await makeAuthority({ now: NOW, hash: "SHA-1" });
    const authority = (commonName: string, issuer: TestCertificate, more: CertificateRequest = {}) =>
      makeAuthority({ commonName, now: NOW, untilDays: 1_800, issuer, ...more });
    const rsaKey = await make({ key: "rsa" });
    const middle = await authority("middle", root);
    cast = {
      root,
      stranger: await makeAuthority({ commonName: "somebody else", now: NOW }),
      middle,
      rsaMiddle: await authority("RSA middle", root, { keyOf: rsaKey }),
      lower: await authority("lower", middle),
      rsaKey,
      weakRsaKey: await make({ key: "rsa-weak" }),
    };
  });

  async function findings(
    served: readonly TestCertificate[],
    expectation: Partial<CertificateExpectation> = {},
  ): Promise<readonly string[]> {
    const facts = await Promise.all(served.map(({ pem }) => readCertificate(pem)));
    const found = assessChain(facts, {
      names: [NAME],
      now: NOW,
      certificates: createCertificateMemory(createRootStore([cast.root.pem])),
      ...expectation,
    });
    return found.map(({ severity, reason }) => `${severity} ${reason}`);
  }

  for (const [says, chain, expected, expectation] of ROWS) {
    it(`${says}: ${expected.join(", ") || "nothing"}`, async () => {
      expect(await findings(await chain(cast), expectation)).to.deep.equal(expected);
    });
  }

  it("a trusted root that has expired: critical cert_issuer_expired", async () => {
    const old = await makeAuthority({ now: NOW, fromDays: -900, untilDays: -1 });
    const leaf = await make({ names: [NAME], issuer: old });
    const certificates = createCertificateMemory(createRootStore([old.pem]));
    expect(await findings([leaf], { certificates })).to.deep.equal(["critical cert_issuer_expired"]);
    expect(await findings([leaf, old], { certificates })).to.deep.equal(["critical cert_issuer_expired"]);
  });
});
