/** The meeting lab's certificates: an authority of its own, and what it issued where HAProxy and coturn look for it. */
import type { LabContainers } from "./meeting-lab-containers.ts";
import {
  type CertificateRequest,
  makeAuthority,
  makeCertificate,
  type TestCertificate,
} from "./test-certificates.ts";

export interface LabCertificateRequest extends CertificateRequest {
  /** By nobody's authority but its own. */
  readonly selfSigned?: true;
}

export interface LabCertificates {
  /** PEM. */
  readonly root: string;
  /** Issues a certificate for the domain, good or bad, as files only: who serves it reads them at its next start. */
  issue(domain: string, where: "haproxy" | "volume" | "both", request?: LabCertificateRequest): Promise<void>;
  /** Puts back the good certificate of every domain. */
  restore(): Promise<void>;
}

export async function labCertificates(
  containers: LabContainers,
  domains: readonly string[],
): Promise<LabCertificates> {
  const authority = await makeAuthority({ commonName: "convene meeting lab" });
  const good = new Map<string, TestCertificate>();
  for (const domain of domains) {
    good.set(domain, await makeCertificate({ names: [domain], issuer: authority }));
  }

  async function put(
    domain: string,
    where: "haproxy" | "volume" | "both",
    { pem, keyPem }: TestCertificate,
  ): Promise<void> {
    const proxy = containers.get("proxy");
    if (where !== "volume") await proxy.write(`/etc/haproxy/ssl/${domain}.pem`, pem + keyPem);
    if (where === "haproxy") return;
    await proxy.write(`/var/certs/${domain}.cert.pem`, pem);
    await proxy.write(`/var/certs/${domain}.key.pem`, keyPem, { group: 3000, mode: 0o640 });
  }

  async function restore(): Promise<void> {
    for (const [domain, certificate] of good) await put(domain, "both", certificate);
  }

  await restore();
  return {
    root: authority.pem,
    issue: async (domain, where, { selfSigned, ...request } = {}) => {
      const issuer = selfSigned === true ? {} : { issuer: authority };
      await put(domain, where, await makeCertificate({ names: [domain], ...issuer, ...request }));
    },
    restore,
  };
}
