/** Check kind `tls`: the certificate a port serves, judged against roots, names, time and the file on disk. */
import type { Socket } from "node:net";
import type { TLSSocket } from "node:tls";
import { z } from "zod";
import { assessChain } from "./certificates/assess.ts";
import { certificateReasons, type CertificateReason } from "./certificates/certificate-reasons.ts";
import { type CertificateFinding, finding } from "./certificates/finding.ts";
import { assessDisk } from "./certificates/assess-disk.ts";
import type { CertificateFacts } from "./certificates/read-certificate.ts";
import { servedChain } from "./certificates/served-chain.ts";
import { defineKind } from "./check-kind.ts";
import { CheckFailure, type CheckRun } from "./check-run.ts";
import {
  connectReasons,
  type ConnectReason,
  type HandshakeReason,
  handshakeReasons,
} from "./connect/connect-reasons.ts";
import { findAddress } from "./connect/find-address.ts";
import { openTcp } from "./connect/open-tcp.ts";
import { startTls } from "./connect/open-tls.ts";
import { type StarttlsReason, starttlsReasons } from "./connect/starttls-reasons.ts";
import { askForTls } from "./connect/starttls-xmpp.ts";
import { verdictOf, worstFirst } from "./findings.ts";
import { hostField, portField, targetFields } from "./spec-values.ts";

const schema = z.strictObject({
  ...targetFields,
  port: portField.optional(),
  starttls: z.enum(["xmpp"]).optional(),
  domain: hostField.optional(),
  names: z.array(hostField).max(100).optional(),
  issuer: z.enum(["trusted", "any"]).default("trusted"),
  disk: hostField.optional(),
  allowSelfSigned: z.boolean().default(false),
  warnDays: z.number().positive().optional(),
  criticalDays: z.number().positive().optional(),
});

type TlsSpec = z.output<typeof schema>;
type Reason = CertificateReason | ConnectReason | HandshakeReason | StarttlsReason;

export const tlsCheck = defineKind<TlsSpec, Reason>({
  kind: "tls",
  interval: 600_000,
  schema,
  reasons: { ...connectReasons, ...handshakeReasons, ...starttlsReasons, ...certificateReasons },
  target: (spec) => `${spec.host}:${portOf(spec)}${spec.starttls === undefined ? "" : " STARTTLS"}`,
  run: async (spec, run) => {
    const served = await readServed(spec, run);
    const { clock, certificates } = run.context;
    const wanted = { ...spec, names: namesOf(spec), now: clock.now() };
    const findings = [
      ...served.findings,
      ...assessChain(served.chain, { ...wanted, certificates }),
      ...(spec.disk === undefined ? [] : await assessDisk(served.chain, { ...wanted, disk: spec.disk }, run)),
    ];
    const [leaf] = served.chain;
    const until = leaf === undefined ? "" : new Date(leaf.notAfter).toISOString().slice(0, 10);
    return verdictOf(worstFirst(findings, certificateReasons), `valid until ${until}`, run);
  },
});

interface Served {
  readonly chain: readonly CertificateFacts[];
  readonly findings: readonly CertificateFinding[];
}

async function readServed(spec: TlsSpec, run: CheckRun): Promise<Served> {
  const socket = await openTcp(await findAddress(spec, run), portOf(spec), run);
  try {
    if (spec.starttls !== undefined) await askForTls(socket, spec.domain ?? spec.host, run);
    return await shakeHands(socket, spec, run);
  } finally {
    socket.destroy();
  }
}

async function shakeHands(socket: Socket, spec: TlsSpec, run: CheckRun): Promise<Served> {
  const options = { serverName: spec.host, secureContext: run.context.lenientContext };
  const secured = await startTls(socket, options, run);
  const sent = servedChain(secured);
  const findings = assessProtocol(secured, run);
  secured.destroy();
  if (sent.length === 0) {
    throw new CheckFailure<Reason>("tls_handshake_failed", "the server sent no certificate");
  }
  const chain = await Promise.all(sent.map((certificate) => run.context.certificates.read(certificate)));
  const [leaf] = chain;
  if (leaf !== undefined) run.note({ ...leaf.evidence, chainLength: chain.length });
  return { chain, findings };
}

/** RFC 8996: TLS 1.0 and 1.1 must not be used. */
function assessProtocol(secured: TLSSocket, run: CheckRun): readonly CertificateFinding[] {
  const protocol = secured.getProtocol() ?? "unknown";
  run.note({ protocol });
  if (protocol === "TLSv1.2" || protocol === "TLSv1.3") return [];
  return [finding("tls_protocol_old", `the server chose ${protocol}`)];
}

/** Who takes the certificate unseen does not look at its names either, unless some are given. */
function namesOf(spec: TlsSpec): readonly string[] {
  return spec.names ?? (spec.issuer === "any" ? [] : [spec.host]);
}

/** RFC 6120 section 14.7 registers 5222 for clients. */
function portOf(spec: TlsSpec): number {
  return spec.port ?? (spec.starttls === undefined ? 443 : 5222);
}
