/** Certificates to hold: every domain of the effective certbot keys that the KV contract lists. */
import type { DesiredCertificate } from "./desired-state.ts";
import type { EffectiveViews } from "./effective-views.ts";

export interface CertificateHosts {
  /** The container that runs certbot and HAProxy. */
  readonly container: string;
  readonly address: string;
}

/** Each is served on 443 behind the proxy; the TURN name also by coturn itself. */
export function desiredCertificates(
  effective: EffectiveViews,
  proxy: CertificateHosts | undefined,
  directory: string,
): readonly DesiredCertificate[] {
  if (!proxy) return [];
  const { coturn } = effective;
  return effective.certbot.domains.map(({ domain, email }) => ({
    domain,
    email,
    directory,
    container: proxy.container,
    endpoints: [
      { address: proxy.address, port: 443 },
      ...(domain === coturn.domain && coturn.address !== ""
        ? [{ address: coturn.address, port: coturn.tlsListeningPort }]
        : []),
    ],
  }));
}
