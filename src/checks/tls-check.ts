/** Check kind `tls`: the certificate a port serves, judged against roots, names, time and the file on disk. */
import { createSecureContext, type DetailedPeerCertificate, type TLSSocket } from "node:tls";
import { z } from "zod";
import { assessChain, type CertificateFinding } from "./certificates/assess.ts";
import { certificateReasons, type CertificateReason } from "./certificates/certificate-reasons.ts";
import { type CertificateFacts, readCertificate, readPemChain } from "./certificates/read-certificate.ts";
import { defineKind } from "./check-kind.ts";
import { CheckFailure, type CheckRun, type Verdict } from "./check-run.ts";
import { connectReasons, type ConnectReason, tlsReasons } from "./connect/connect-reasons.ts";
import { findAddress } from "./connect/find-address.ts";
import { openTcp } from "./connect/open-tcp.ts";
import { startTls } from "./connect/open-tls.ts";
import { hostField, portField, targetFields } from "./spec-values.ts";

const schema = z.strictObject({
  ...targetFields,
  port: portField.default(443),
  names: z.array(hostField).min(1).optional(),
  disk: hostField.optional(),
  allowSelfSigned: z.boolean().default(false),
  warnDays: z.number().positive().optional(),
  criticalDays: z.number().positive().optional(),
});

type TlsSpec = z.output<typeof schema>;
type Reason = CertificateReason | ConnectReason | "tls_handshake_failed";

export const tlsCheck = defineKind<TlsSpec, Reason>({
  kind: "tls",
  schema,
  reasons: {
    ...connectReasons,
    ...certificateReasons,
    tls_handshake_failed: tlsReasons.tls_handshake_failed,
  },
  target: (spec) => `${spec.host}:${spec.port}`,
  run: async (spec, run) => {
    const chain = await servedChain(spec, run);
    const disk = spec.disk === undefined ? undefined : await readDisk(spec.disk, run);
    const found = assessChain(chain, {
      ...spec,
      names: spec.names ?? [spec.host],
      now: run.context.clock.now(),
      roots: run.context.roots,
      diskFingerprint: disk?.fingerprint,
    });
    const findings =
      spec.disk !== undefined && disk === undefined ? [...found, unreadable(spec.disk, found)] : found;
    return verdictOf(findings, chain, run);
  },
});

/** Exactly what the server sent: with the system's roots Node would complete the chain from its own store. */
async function servedChain(spec: TlsSpec, run: CheckRun): Promise<readonly CertificateFacts[]> {
  const socket = await openTcp(await findAddress(spec, run), spec.port, run);
  try {
    const secureContext = createSecureContext({ ca: [] });
    const secured = await startTls(socket, { serverName: spec.host, secureContext }, run);
    const chain = await Promise.all(encodedChain(secured).map(readCertificate));
    secured.destroy();
    return chain;
  } finally {
    socket.destroy();
  }
}

function encodedChain(secured: TLSSocket): readonly Uint8Array[] {
  const chain: Uint8Array[] = [];
  let current: DetailedPeerCertificate | undefined = secured.getPeerCertificate(true);
  const seen = new Set<string>();
  // A self-signed certificate names itself as its issuer.
  while (current?.raw !== undefined && !seen.has(current.fingerprint256)) {
    seen.add(current.fingerprint256);
    chain.push(current.raw);
    current = current.issuerCertificate;
  }
  if (chain.length > 0) return chain;
  throw new CheckFailure<Reason>("tls_handshake_failed", "the server sent no certificate");
}

async function readDisk(domain: string, run: CheckRun): Promise<CertificateFacts | undefined> {
  try {
    const pem = await run.phase("disk", () => run.context.readCertificate(domain));
    if (pem === undefined) return undefined;
    const [leaf] = await readPemChain(pem);
    run.note({ diskFingerprint: leaf?.fingerprint ?? "" });
    return leaf;
  } catch (error) {
    run.note({ disk: error instanceof Error ? error.message : String(error) });
    return undefined;
  }
}

/** Before the first certificate is issued there is none on disk: then it is only said. */
function unreadable(domain: string, found: readonly CertificateFinding[]): CertificateFinding {
  const firstBoot = found.some(({ severity }) => severity === "info");
  const severity = firstBoot ? "info" : certificateReasons.disk_unreadable.severity;
  return { reason: "disk_unreadable", severity, message: `no readable certificate on disk for ${domain}` };
}

function verdictOf(
  findings: readonly CertificateFinding[],
  chain: readonly CertificateFacts[],
  run: CheckRun,
): Verdict<Reason | "ok"> {
  const [leaf] = chain;
  if (leaf !== undefined) run.note(leafEvidence(leaf, chain.length));
  for (const { severity, reason, message } of findings) run.say(`${severity} ${reason}: ${message}`);
  const [worst] = findings;
  if (worst === undefined) {
    return {
      reason: "ok",
      message: `valid until ${new Date(leaf?.notAfter ?? 0).toISOString().slice(0, 10)}`,
    };
  }
  run.note({ findings: findings.map(({ reason }) => reason).join(" ") });
  const message = findings.map((finding) => finding.message).join("; ");
  return { reason: worst.reason, message, severity: worst.severity };
}

function leafEvidence(leaf: CertificateFacts, served: number): Record<string, string | number> {
  return {
    subject: leaf.subject,
    issuer: leaf.issuer,
    names: leaf.names.join(" "),
    notBefore: new Date(leaf.notBefore).toISOString(),
    notAfter: new Date(leaf.notAfter).toISOString(),
    fingerprint: leaf.fingerprint,
    chainLength: served,
  };
}
