/** Why a TLS handshake failed: OpenSSL's and the socket's codes as reasons. */
import { CheckFailure } from "../check-run.ts";
import type { HandshakeReason } from "./connect-reasons.ts";

export function handshakeFailure(error: Error, serverName: string): CheckFailure<HandshakeReason> {
  const code = "code" in error && typeof error.code === "string" ? error.code : "";
  const reason = reasonOf(code);
  return new CheckFailure<HandshakeReason>(reason, `${words(reason, serverName)}: ${error.message}`, {
    cause: error,
    evidence: { errorCode: code },
  });
}

/** Node's names of OpenSSL's reasons: ERR_SSL_TLSV1_UNRECOGNIZED_NAME is alert 112 (RFC 6066 section 3). */
function reasonOf(code: string): HandshakeReason {
  if (code === "ECONNRESET" || code === "EPIPE") return "tls_closed";
  if (code.includes("UNRECOGNIZED_NAME")) return "tls_no_certificate";
  if (
    /WRONG_VERSION_NUMBER|PACKET_LENGTH|UNKNOWN_PROTOCOL|HTTP_REQUEST|RECORD_LAYER|UNEXPECTED_RECORD/.test(
      code,
    )
  ) {
    return "tls_not_spoken";
  }
  return code.includes("ALERT") || code.includes("UNSUPPORTED_PROTOCOL")
    ? "tls_refused"
    : "tls_handshake_failed";
}

function words(reason: HandshakeReason, serverName: string): string {
  if (reason === "tls_closed") return "the connection was closed during the TLS handshake";
  if (reason === "tls_no_certificate") return `the server has no certificate for ${serverName}`;
  if (reason === "tls_not_spoken") return "what answers there is not TLS";
  if (reason === "tls_refused") return "the server refused the TLS handshake";
  return "the TLS handshake failed";
}
