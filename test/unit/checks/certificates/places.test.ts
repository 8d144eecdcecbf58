/** Served, on disk, wanted: which one is named as the odd one out, and what the key beside it says. */
import { expect } from "chai";
import { assessDisk } from "../../../../src/checks/certificates/assess-disk.ts";
import { readPemChain } from "../../../../src/checks/certificates/read-certificate.ts";
import type { CheckContext } from "../../../../src/checks/check.ts";
import { createCheckContext } from "../../../../src/checks/check-context.ts";
import { CheckRun } from "../../../../src/checks/check-run.ts";
import { systemClock } from "../../../../src/system/clock.ts";
import { Secret } from "../../../../src/system/secret.ts";
import { makeAuthority, makeCertificate, type TestCertificate } from "../../../lab/test-certificates.ts";

const NAME = "meet.example.org";
const NOW = Date.UTC(2026, 5, 1);

interface Cast {
  readonly old: TestCertificate;
  readonly renewed: TestCertificate;
  readonly expired: TestCertificate;
  readonly other: TestCertificate;
  readonly own: TestCertificate;
}
type Member = keyof Cast;

const ROWS: readonly (readonly [
  says: string,
  served: Member,
  disk: Member | undefined,
  key: Member | undefined,
  findings: readonly string[],
])[] = [
  ["all three agree", "renewed", "renewed", "renewed", []],
  [
    "the service still has the old one, which still does",
    "old",
    "renewed",
    "renewed",
    ["warning served_not_on_disk"],
  ],
  ["the service still has an expired one", "expired", "renewed", "renewed", ["critical served_not_on_disk"]],
  ["the service has one for another name", "other", "renewed", "renewed", ["critical served_not_on_disk"]],
  ["the disk has gone back to an expired one", "renewed", "expired", "expired", ["warning disk_not_served"]],
  ["the disk has one for another name", "renewed", "other", "other", ["warning disk_not_served"]],
  ["the disk has one that signed itself", "renewed", "own", "own", ["warning disk_not_served"]],
  ["neither is what is wanted", "expired", "other", "other", ["critical disk_not_wanted"]],
  ["the same wrong one in both places", "expired", "expired", "expired", []],
  ["a key of another certificate", "renewed", "renewed", "old", ["critical disk_key_mismatch"]],
  ["no key", "renewed", "renewed", undefined, ["warning disk_key_missing"]],
  [
    "not loaded, and the key is wrong",
    "old",
    "renewed",
    "old",
    ["warning served_not_on_disk", "critical disk_key_mismatch"],
  ],
  ["nothing on disk", "renewed", undefined, undefined, ["warning disk_unreadable"]],
  ["nothing on disk at a first boot", "own", undefined, undefined, ["info disk_unreadable"]],
];

describe("certificates served, on disk and wanted", () => {
  let cast: Cast;

  before(async () => {
    const issuer = await makeAuthority({ now: NOW });
    const make = (fromDays: number, names = [NAME]) =>
      makeCertificate({ now: NOW, fromDays, untilDays: fromDays + 90, names, issuer });
    cast = {
      old: await make(-60),
      renewed: await make(-1),
      expired: await make(-100),
      other: await make(-1, ["other.example.org"]),
      own: await makeCertificate({ now: NOW, names: [NAME] }),
    };
  });

  async function assess(
    served: Member,
    more: Partial<CheckContext>,
    allowSelfSigned = true,
  ): Promise<{ readonly findings: readonly string[]; readonly told: string }> {
    const context = createCheckContext({ clock: systemClock, signal: new AbortController().signal, ...more });
    const run = new CheckRun(context, context.signal);
    const wanted = { disk: NAME, names: [NAME], now: NOW, allowSelfSigned };
    const found = await assessDisk(await readPemChain(cast[served].pem), wanted, run);
    const findings = found.map(({ severity, reason }) => `${severity} ${reason}`);
    return { findings, told: JSON.stringify([found, run.evidence]) };
  }

  for (const [says, served, disk, key, findings] of ROWS) {
    it(`${says}: ${findings.join(", ") || "nothing"}`, async () => {
      const result = await assess(served, {
        readCertificate: async () => (disk === undefined ? undefined : cast[disk].pem),
        readPrivateKey: async () => (key === undefined ? undefined : new Secret(cast[key].keyPem)),
      });
      expect(result.findings).to.deep.equal(findings);
      expect(result.told).not.to.contain("PRIVATE KEY");
    });
  }

  it("minds a missing certificate at a first boot where none is allowed", async () => {
    const result = await assess("own", {}, false);
    expect(result.findings).to.deep.equal(["warning disk_unreadable"]);
  });

  it("says what lies there when it is no certificate and no key", async () => {
    const damaged = await assess("renewed", { readCertificate: async () => "-----BEGIN CERTIFICATE-----\n" });
    expect(damaged.findings).to.deep.equal(["warning disk_unreadable"]);
    const words = await assess("renewed", {
      readCertificate: async () => cast.renewed.pem,
      readPrivateKey: async () => new Secret("not a key"),
    });
    expect(words.findings).to.deep.equal(["critical disk_key_mismatch"]);
    expect(words.told).not.to.contain("not a key");
  });

  it("says that the container could not be read, in its words", async () => {
    const result = await assess("renewed", {
      readCertificate: async () => cast.renewed.pem,
      readPrivateKey: () => Promise.reject(new Error("the container is stopped")),
    });
    expect(result.findings).to.deep.equal(["warning disk_key_missing"]);
    expect(result.told).to.contain("the container is stopped");
  });
});
