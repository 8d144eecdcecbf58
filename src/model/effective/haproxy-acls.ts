/** The keys acl/<name>/{host,path}, joined by name. */
import type { Finding } from "../desired-state.ts";
import { type EffectiveKv, keysBelow } from "./effective-kv.ts";
import { parseHost, parsePath, parseRuleName, printable } from "./grammar.ts";
import { rejectedKey } from "./rejected-key.ts";

export interface Acl {
  readonly own: boolean;
  /** "" when the ACL has no host; then it has a path. */
  readonly host: string;
  readonly path: string;
}

interface Part {
  readonly key: string;
  readonly field: "host" | "path";
  readonly own: boolean;
  readonly text: string;
}

const PREFIX = "service/haproxy/acl/";

/** The only part of our own hosts that others may take: proofs and pointers for third parties (RFC 8615). */
const SHARED_PATH = "/.well-known/";

/**
 * An ACL of which one key is rejected is left out as a whole: half of it would match more than was asked for.
 * A foreign ACL on one of our own hosts must keep to /.well-known/, so that nobody can take the site's pages over.
 */
export function readAcls(effective: EffectiveKv): {
  readonly value: ReadonlyMap<string, Acl>;
  readonly ownHosts: readonly string[];
  readonly findings: readonly Finding[];
} {
  const findings: Finding[] = [];
  const parsed = new Map<string, Acl>();
  for (const [name, parts] of partsByName(effective)) {
    const acl = joinParts(name, parts, findings);
    if (acl) parsed.set(name, acl);
  }
  const ownHosts = [...parsed.values()].filter((acl) => acl.own && acl.host !== "").map((acl) => acl.host);
  const hosts = new Set(ownHosts);
  for (const [name, acl] of parsed) {
    if (acl.own || !hosts.has(acl.host) || acl.path.startsWith(SHARED_PATH)) continue;
    parsed.delete(name);
    findings.push(
      rejectedKey(
        `${PREFIX}${name}/host`,
        `${acl.host} is this site's own; others may use ${SHARED_PATH} there`,
      ),
    );
  }
  return { value: parsed, ownHosts: [...hosts].toSorted(), findings };
}

function partsByName(effective: EffectiveKv): ReadonlyMap<string, readonly Part[]> {
  const byName = new Map<string, Part[]>();
  for (const [rest, { own, value }] of keysBelow(effective, PREFIX)) {
    const [name = "", field, ...deeper] = rest.split("/");
    if ((field !== "host" && field !== "path") || deeper.length > 0) continue;
    const parts = byName.get(name) ?? [];
    parts.push({ key: PREFIX + rest, field, own, text: value });
    byName.set(name, parts);
  }
  return byName;
}

function joinParts(name: string, parts: readonly Part[], findings: Finding[]): Acl | undefined {
  if (parseRuleName(name) === undefined) {
    const why = "the name may hold letters, digits, dot, hyphen and underscore";
    findings.push(...parts.map((part) => rejectedKey(part.key, why)));
    return undefined;
  }
  const own = parts.some((part) => part.own);
  const found = { host: "", path: "" };
  let complete = true;
  for (const part of parts) {
    if (own && !part.own) {
      findings.push(rejectedKey(part.key, `${name} is the name of one of this site's own rules`));
      continue;
    }
    const value = part.field === "host" ? parseHost(part.text) : parsePath(part.text);
    if (value === undefined) {
      complete = false;
      const what = part.field === "host" ? "host name" : "plain URL path beginning with /";
      findings.push(rejectedKey(part.key, `its value ${printable(part.text)} is not a ${what}`));
    } else {
      found[part.field] = value;
    }
  }
  return complete ? { own, ...found } : undefined;
}
