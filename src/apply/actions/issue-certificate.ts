/** Ordering a certificate: certbot in the proxy does it, and it is done when what is served is what is on disk. */
import { X509Certificate } from "node:crypto";
import { certificatePath } from "../../observe/observe-certificates.ts";
import type { DesiredCertificate } from "../../model/desired-state.ts";
import { ConveneError } from "../../system/errors.ts";
import { pollUntil } from "../../system/retry.ts";
import { servedFingerprint } from "../../system/served-certificate.ts";
import type { ApplyContext } from "../apply-context.ts";
import { execStep } from "./exec-step.ts";

/** Put into the image by the catalogue. */
const ISSUE_COMMAND = "/usr/local/lib/convene/cert-issue";
const ORDER_MS = 240_000;
const SERVED_MS = 30_000;

export async function issueCertificate(
  certificate: DesiredCertificate,
  context: ApplyContext,
): Promise<void> {
  const { domain, container } = certificate;
  context.progress(`orders a certificate for ${domain} from ${new URL(certificate.directory).host}`);
  await execStep(
    {
      instance: container,
      command: [ISSUE_COMMAND, domain],
      timeoutMs: ORDER_MS,
      code: "CertificateFailed",
      failure: `ordering a certificate for ${domain} failed`,
      hint: `does ${domain} point to this host, and is port 80 open from the internet? \`convene check host\` looks`,
      retryable: true,
    },
    context,
  );
  const onDisk = await diskFingerprint(certificate, context);
  for (const { address, port } of certificate.endpoints) {
    const same = await pollUntil(
      async () =>
        (await servedFingerprint({ address, port, name: domain }, context.signal)) === onDisk
          ? true
          : undefined,
      { clock: context.clock, intervalMs: 500, timeoutMs: SERVED_MS, signal: context.signal },
    );
    if (same) continue;
    throw new ConveneError({
      code: "CertificateNotServed",
      subject: `certificate/${domain}`,
      message: `${address}:${port} does not serve the new certificate for ${domain}`,
      hint:
        port === 443
          ? `see \`convene logs ${container}\``
          : "see `convene logs turn`: coturn reads a new certificate on SIGUSR2",
      retryable: true,
    });
  }
}

async function diskFingerprint(certificate: DesiredCertificate, context: ApplyContext): Promise<string> {
  const path = certificatePath(certificate.domain);
  const content = await context.lxd.readFile(certificate.container, path);
  if (content) return new X509Certificate(Buffer.from(content)).fingerprint256;
  throw new ConveneError({
    code: "CertificateMissing",
    subject: `certificate/${certificate.domain}`,
    message: `certbot succeeded but ${path} is not there`,
    hint: `see \`convene logs ${certificate.container}\``,
    retryable: true,
  });
}
