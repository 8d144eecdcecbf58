/** A TLS handshake on an open connection, as one phase of a check, with the certificate judged afterwards or not. */
import { isIP, type Socket } from "node:net";
import { checkServerIdentity, connect, type SecureContext, type TLSSocket } from "node:tls";
import { CheckFailure, type CheckRun } from "../check-run.ts";
import type { TlsReason } from "./connect-reasons.ts";

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

/** Only the handshake, any certificate accepted. Fails with `tls_handshake_failed`. */
export function startTls(socket: Socket, options: HandshakeOptions, run: CheckRun): Promise<TLSSocket> {
  return run.phase("tls", async () => {
    const secured = connect({
      socket,
      secureContext: options.secureContext,
      rejectUnauthorized: false,
      ...(isIP(options.serverName) === 0 ? { servername: options.serverName } : {}),
      ...(options.alpn === undefined ? {} : { ALPNProtocols: [...options.alpn] }),
    });
    try {
      await handshake(secured, run.signal);
    } catch (error) {
      secured.destroy();
      throw error;
    }
    run.say(`tls ${secured.getProtocol() ?? "?"} ${secured.getCipher().name} as ${options.serverName}`);
    return secured;
  });
}

/** Resolves after the handshake; rejects with `tls_handshake_failed` in OpenSSL's words. */
function handshake(secured: TLSSocket, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const settle = (): void => {
      signal.removeEventListener("abort", stop);
      secured.off("secureConnect", secure);
      secured.off("error", failed);
      secured.off("close", closed);
    };
    const secure = (): void => {
      settle();
      secured.on("error", () => undefined);
      resolve();
    };
    const fail = (message: string, cause?: unknown): void => {
      settle();
      secured.on("error", () => undefined);
      reject(new CheckFailure<TlsReason>("tls_handshake_failed", message, { cause }));
    };
    const failed = (error: Error): void => fail(`the TLS handshake failed: ${error.message}`, error);
    const closed = (): void => fail("the connection was closed during the TLS handshake");
    const stop = (): void => fail("no answer to the TLS handshake in time");
    secured.on("secureConnect", secure);
    secured.on("error", failed);
    secured.on("close", closed);
    signal.addEventListener("abort", stop, { once: true });
    if (signal.aborted) stop();
  });
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
