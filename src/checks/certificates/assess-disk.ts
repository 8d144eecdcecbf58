/** What lies on disk beside what is served: the certificate, and the key that belongs to it. */
import type { CheckRun } from "../check-run.ts";
import { comparePlaces, type WantedCertificate } from "./compare-places.ts";
import { type CertificateFinding, finding } from "./finding.ts";
import { type CertificateFacts, certificatesInPem, keyBelongsTo } from "./read-certificate.ts";

export interface WantedOnDisk extends WantedCertificate {
  /** The domain under which the files lie. */
  readonly disk: string;
  readonly allowSelfSigned: boolean;
}

export async function assessDisk(
  served: readonly CertificateFacts[],
  wanted: WantedOnDisk,
  run: CheckRun,
): Promise<readonly CertificateFinding[]> {
  return await run.phase("disk", async () => {
    const [leaf] = served;
    const disk = await readDisk(wanted.disk, run);
    if (typeof disk === "string") {
      // Before the first certificate is issued there is none on disk: then it is only said.
      const firstBoot = wanted.allowSelfSigned && leaf?.subject === leaf?.issuer;
      return [finding("disk_unreadable", disk, firstBoot ? "info" : undefined)];
    }
    run.note({ diskFingerprint: disk.fingerprint });
    return [
      ...(leaf === undefined ? [] : comparePlaces(leaf, disk, wanted)),
      ...(await assessKey(wanted.disk, disk, run)),
    ];
  });
}

/** The leaf, or why there is none. */
async function readDisk(domain: string, run: CheckRun): Promise<CertificateFacts | string> {
  try {
    const pem = await run.context.readCertificate(domain);
    if (pem === undefined) return `no certificate on disk for ${domain}`;
    const [leaf] = certificatesInPem(pem);
    return leaf === undefined
      ? `no certificate on disk for ${domain}`
      : await run.context.certificates.read(leaf);
  } catch (error) {
    return `the certificate on disk for ${domain} cannot be read: ${wordsOf(error)}`;
  }
}

async function assessKey(
  domain: string,
  certificate: CertificateFacts,
  run: CheckRun,
): Promise<readonly CertificateFinding[]> {
  try {
    const key = await run.context.readPrivateKey(domain);
    if (key === undefined) return [finding("disk_key_missing", `no private key on disk for ${domain}`)];
    if (keyBelongsTo(certificate, key)) return [];
    return [
      finding(
        "disk_key_mismatch",
        `the private key on disk for ${domain} is not that of the certificate there`,
      ),
    ];
  } catch (error) {
    return [
      finding("disk_key_missing", `the private key on disk for ${domain} cannot be read: ${wordsOf(error)}`),
    ];
  }
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
