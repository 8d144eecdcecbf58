/** The certificates on the proxy's disk, read as public chains through LXD's file door. */
import { X509Certificate } from "node:crypto";
import type { Lxd } from "../lxd/lxd.ts";
import type { DesiredCertificate } from "../model/desired-state.ts";
import { ConveneError } from "../system/errors.ts";
import type { ActualCertificate } from "./actual-state.ts";

/** Where `cert-deploy` leaves the full chain of a domain (upstream.md row 25). */
export function certificatePath(domain: string): string {
  return `/var/certs/${domain}.cert.pem`;
}

/** The key beside it. Only checks read it, to see whether it belongs to the certificate. */
export function privateKeyPath(domain: string): string {
  return `/var/certs/${domain}.key.pem`;
}

/**
 * Reads each domain's chain; a missing or unreadable file counts as no certificate, and so does what is no file at all:
 * putting the certificate into service takes that away.
 */
export async function observeCertificates(
  lxd: Lxd,
  certificates: readonly DesiredCertificate[],
  running: ReadonlySet<string>,
): Promise<ReadonlyMap<string, ActualCertificate>> {
  const found = await Promise.all(
    certificates
      .filter((certificate) => running.has(certificate.container))
      .map(async ({ domain, container }): Promise<[string, ActualCertificate] | undefined> => {
        const content = await readChain(lxd, container, domain);
        const parsed = content && parseLeaf(domain, Buffer.from(content).toString("utf8"));
        return parsed ? [domain, parsed] : undefined;
      }),
  );
  return new Map(found.filter((entry) => entry !== undefined));
}

async function readChain(lxd: Lxd, container: string, domain: string): Promise<Uint8Array | undefined> {
  try {
    return await lxd.readFile(container, certificatePath(domain));
  } catch (error) {
    if (error instanceof ConveneError && error.code === "LxdNotAFile") return undefined;
    throw error;
  }
}

function parseLeaf(domain: string, pem: string): ActualCertificate | undefined {
  try {
    const leaf = new X509Certificate(pem);
    return {
      domain,
      selfSigned: leaf.issuer === leaf.subject,
      notBefore: leaf.validFromDate.getTime(),
      notAfter: leaf.validToDate.getTime(),
      names: (leaf.subjectAltName ?? "").split(", ").map((name) => name.replace(/^DNS:/, "")),
      fingerprint: leaf.fingerprint256.replaceAll(":", "").toLowerCase(),
    };
  } catch {
    return undefined;
  }
}
