/** What to do about a Consul that does not serve: another thing for convene's own than for one the Site names. */
import type { ConsulPlace } from "./endpoint.ts";
import { SHARED_KEYS, siteKeys } from "./key-spaces.ts";

/** Where its log is; `what` is what the log says: `why none was elected`. */
export function logHint(place: ConsulPlace, what: string): string {
  return place.container === undefined
    ? `its own log says ${what}: the Site names this Consul in spec.consul`
    : `\`convene logs ${place.container}\` says ${what}`;
}

export function unreachableHint(place: ConsulPlace, code: string | undefined): string {
  if (code !== undefined && isAboutCertificates(code)) {
    return `its certificate must be valid for ${place.address}, and signed by an authority this machine trusts or by the one in the Site's spec.consul.ca`;
  }
  return place.container === undefined
    ? "the Site names this Consul in spec.consul.url: see whether it runs, and whether this host may connect to it"
    : `see whether its container runs (\`convene status\`) and what it says (\`convene logs ${place.container}\`)`;
}

/** The rights a token needs in a Consul the Site names, as a policy; they are all that convene uses there. */
export function tokenHint(place: ConsulPlace): string {
  if (place.container !== undefined) {
    return "if this stays: Consul was started with another management token than the agent's (secret consul-management-token)";
  }
  const prefixes = [SHARED_KEYS, siteKeys(place.site)];
  const rules = [
    ...prefixes.map((prefix) => `key_prefix "${prefix}" { policy = "write" }`),
    'service_prefix "" { policy = "write" }',
    'node_prefix "" { policy = "read" }',
  ].join(" ");
  const whose =
    place.tokenSecret === undefined
      ? "the Site names no token (spec.consul.token)"
      : `the token in the Secret ${place.tokenSecret}`;
  return place.tokenSecret === undefined
    ? `${whose}: name a Secret that holds one with the policy ${rules}`
    : `${whose} must be known to this Consul and have the policy ${rules}; the next pass reads it anew`;
}

/** OpenSSL's verification results and node's own, as `code` of the error (https://nodejs.org/api/tls.html, x509 certificate error codes). */
function isAboutCertificates(code: string): boolean {
  return /CERT|SELF_SIGNED|UNABLE_TO_(GET|VERIFY)|HOSTNAME_MISMATCH/.test(code);
}
