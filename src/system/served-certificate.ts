/** The certificate a TLS port serves for a name, whatever its quality. */
import { connect } from "node:tls";

const HANDSHAKE_MS = 5_000;

/** sha256 fingerprint (`AA:BB:…`) of the served leaf; undefined when there is no handshake. */
export async function servedFingerprint(
  endpoint: { readonly address: string; readonly port: number; readonly name: string },
  signal: AbortSignal,
): Promise<string | undefined> {
  signal.throwIfAborted();
  return new Promise((resolve) => {
    const socket = connect({
      host: endpoint.address,
      port: endpoint.port,
      servername: endpoint.name,
      // Only the fingerprint is compared here: judging the chain is the tls check's work.
      rejectUnauthorized: false,
    });
    const finish = (fingerprint: string | undefined) => {
      socket.destroy();
      resolve(fingerprint);
    };
    socket.setTimeout(HANDSHAKE_MS, () => finish(undefined));
    socket.once("error", () => finish(undefined));
    socket.once("secureConnect", () => finish(socket.getPeerX509Certificate()?.fingerprint256));
  });
}
