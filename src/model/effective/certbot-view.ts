/** What the list of certificates is rendered from: the effective keys service/certbot/<domain> = e-mail. */
import type { Finding } from "../desired-state.ts";
import { type EffectiveKv, keysBelow } from "./effective-kv.ts";
import { parseEmail, parseHost, printable } from "./grammar.ts";
import { rejectedKey } from "./rejected-key.ts";

export interface CertbotView {
  /** Sorted by domain, each once. */
  readonly domains: readonly CertbotDomain[];
}

interface CertbotDomain {
  readonly domain: string;
  /** Account address told to the certificate authority. */
  readonly email: string;
}

const PREFIX = "service/certbot/";

/** Reads the contract of upstream.md row 19. */
export function certbotView(effective: EffectiveKv): {
  readonly view: CertbotView;
  readonly findings: readonly Finding[];
} {
  const findings: Finding[] = [];
  const domains = new Map<string, CertbotDomain>();
  for (const [name, { value }] of keysBelow(effective, PREFIX).toSorted(
    ([, a], [, b]) => Number(b.own) - Number(a.own),
  )) {
    const domain = parseHost(name);
    const email = parseEmail(value);
    if (domain === undefined) {
      findings.push(rejectedKey(PREFIX + name, "the key must end in a host name"));
    } else if (email === undefined) {
      findings.push(rejectedKey(PREFIX + name, `its value ${printable(value)} is not an e-mail address`));
    } else if (domains.has(domain)) {
      findings.push(rejectedKey(PREFIX + name, `${domain} is listed by another key already`));
    } else {
      domains.set(domain, { domain, email });
    }
  }
  return {
    view: { domains: [...domains.values()].toSorted((a, b) => (a.domain < b.domain ? -1 : 1)) },
    findings,
  };
}
