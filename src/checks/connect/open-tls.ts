/** A TLS handshake on an open connection, as one phase of a check, with the certificate judged afterwards or not. */
import { isIP, type Socket } from "node:net";
import { checkServerIdentity, connect, type SecureContext, type TLSSocket } from "node:tls";
import { CheckFailure, type CheckRun } from "../check-run.ts";
import type { TlsReason } from "./connect-reasons.ts";
import { handshakeFailure } from "./tls-failure.ts";
import { whenLate } from "./when-late.ts";

export interface TlsOptions {
  readonly serverName: string;
  /** An unknown or self-signed issuer is evidence, not a failure. */
  readonly allowSelfSigned: boolean;
  readonly alpn?: readonly string[];
}

/** The certificate is accepted first and judged here, so that it can be shown. Fails with a TlsReason. */
export async function openTls(socket: Socket, options: TlsOptions, run: CheckRun): Promise<TLSSocket> {
  const secured = await startTls(socket, { ...options, secureContext: run.context.secureContext }, run);
  try {
    judge(secured, options, run);
    return secured;
  } catch (error) {
    secured.destroy();
    throw error;
  }
}

export interface HandshakeOptions {
  readonly serverName: string;
  readonly secureContext: SecureContext;
  readonly alpn?: readonly string[];
}

/** A participant gives up no later. */
const HANDSHAKE_MS = 5_000;

/** Only the handshake, any certificate accepted. Fails with one of the TlsReasons that are not about a certificate. */
export function startTls(socket: Socket, options: HandshakeOptions, run: CheckRun): Promise<TLSSocket> {
  return run.phase("tls", async () => {
    const secured = connect({
      socket,
      secureContext: options.secureContext,
      rejectUnauthorized: false,
      ...(isIP(options.serverName) === 0 ? { servername: options.serverName } : {}),
      ...(options.alpn === undefined ? {} : { ALPNProtocols: [...options.alpn] }),
    });
    // After the handshake an error is read by whoever uses the socket; without a listener it would end the process.
    secured.on("error", () => undefined);
    try {
      await handshake(secured, options.serverName, run.signal);
    } catch (error) {
      secured.destroy();
      throw error;
    }
    run.say(`tls ${secured.getProtocol() ?? "?"} ${secured.getCipher().name} as ${options.serverName}`);
    return secured;
  });
}

async function handshake(secured: TLSSocket, serverName: string, outer: AbortSignal): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const failed = (error: Error): void => reject(handshakeFailure(error, serverName));
  const closed = (): void => failed(Object.assign(new Error("no more was said"), { code: "ECONNRESET" }));
  const late = (): void => {
    const message = "no answer to the TLS handshake in time, or an unfinished one";
    reject(new CheckFailure<TlsReason>("tls_no_answer", message));
  };
  secured.once("secureConnect", resolve).once("error", failed).once("close", closed);
  const forget = whenLate(HANDSHAKE_MS, outer, late);
  try {
    await promise;
  } finally {
    forget();
    secured.off("error", failed).off("close", closed);
  }
}

function judge(secured: TLSSocket, options: TlsOptions, run: CheckRun): void {
  const peer = secured.getPeerCertificate();
  run.note({ certificateSubject: String(peer.subject?.CN ?? ""), certificateUntil: peer.valid_to ?? "" });
  const code = verificationCode(secured.authorizationError);
  const refusal = chainRefusal(code);
  const tolerated = options.allowSelfSigned && (refusal === "tls_self_signed" || refusal === "tls_untrusted");
  if (tolerated) {
    // A first boot's certificate is replaced soon: neither its issuer nor its name says anything.
    run.note({ certificateTrusted: false });
    return;
  }
  if (refusal !== undefined) {
    throw new CheckFailure<TlsReason>(refusal, `TLS refuses the certificate: ${code}`);
  }
  // OpenSSL reports one error: an untrusted chain hides a wrong name, so the name is looked at by itself.
  const wrongName = checkServerIdentity(options.serverName, peer);
  if (wrongName !== undefined) throw new CheckFailure<TlsReason>("tls_name_mismatch", wrongName.message);
}

/** Node types it as an Error and sets OpenSSL's code as a string. */
function verificationCode(error: unknown): string {
  if (typeof error === "string") return error;
  return error instanceof Error ? error.message : "";
}

/** OpenSSL's verification codes as Node names them. */
function chainRefusal(code: string): TlsReason | undefined {
  if (code === "" || code === "ERR_TLS_CERT_ALTNAME_INVALID") return undefined;
  if (code === "CERT_HAS_EXPIRED") return "tls_expired";
  if (code === "CERT_NOT_YET_VALID") return "tls_not_yet_valid";
  if (code === "DEPTH_ZERO_SELF_SIGNED_CERT" || code === "SELF_SIGNED_CERT_IN_CHAIN")
    return "tls_self_signed";
  return "tls_untrusted";
}
