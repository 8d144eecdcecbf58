/** Remembers what certificates say and where chains of them lead, so that a round that sees the same ones costs nothing. */
import type { X509Certificate } from "node:crypto";
import { assessUse } from "./assess-use.ts";
import type { CertificateFinding } from "./finding.ts";
import { type FollowedChain, followChain } from "./follow-chain.ts";
import { type CertificateFacts, readCertificate } from "./read-certificate.ts";
import type { RootStore } from "./root-store.ts";

export interface KnownChain extends FollowedChain {
  /** What is wrong with how its certificates are used, whatever the time. */
  readonly misuse: readonly CertificateFinding[];
}

export interface CertificateMemory {
  /** Throws ConveneError `InvalidCertificate`. */
  read(certificate: X509Certificate): Promise<CertificateFacts>;
  /** A chain as it was served, leaf first, followed to the roots. */
  follow(chain: readonly CertificateFacts[]): KnownChain;
}

/**
 * Both are facts about bytes that never change, so nothing in here can become wrong. `limit` is how many of each are
 * kept; a host has some tens.
 */
export function createCertificateMemory(roots: RootStore, limit = 256): CertificateMemory {
  const facts = new Map<string, Promise<CertificateFacts>>();
  const chains = new Map<string, KnownChain>();
  return {
    read: (certificate) =>
      recall(facts, limit, certificate.fingerprint256, () => readCertificate(certificate)),
    follow: (chain) => {
      const key = chain.map(({ fingerprint }) => fingerprint).join(" ");
      return recall(chains, limit, key, () => {
        const followed = followChain(chain, roots);
        return { ...followed, misuse: assessUse(followed.path) };
      });
    },
  };
}

/** The longest unused makes room. */
function recall<Value>(memory: Map<string, Value>, limit: number, key: string, find: () => Value): Value {
  const value = memory.get(key) ?? find();
  memory.delete(key);
  memory.set(key, value);
  const [oldest] = memory.keys();
  if (memory.size > limit && oldest !== undefined) memory.delete(oldest);
  return value;
}
