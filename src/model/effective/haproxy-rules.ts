/** The keys acl/<name>/{host,path} with deny/<name>, redirect/<name> and use-backend/<name>. */
import type { Finding } from "../desired-state.ts";
import { type EffectiveKey, type EffectiveKv, keysBelow } from "./effective-kv.ts";
import { parseRedirectPrefix, parseRuleName, parseServiceName, printable } from "./grammar.ts";
import { readAcls, type Acl } from "./haproxy-acls.ts";
import type { HaproxyMatch, HaproxyRedirect, HaproxyRoute, HaproxyView } from "./haproxy-view.ts";
import { rejectedKey } from "./rejected-key.ts";

const PREFIX = "service/haproxy/";

type RuleKind = "deny" | "redirect" | "use-backend";
type Rules = Pick<HaproxyView, "denies" | "redirects" | "routes" | "ownHosts">;

/** `backends` are the names a use-backend rule may lead to. */
export function readRules(
  effective: EffectiveKv,
  backends: ReadonlySet<string>,
): { readonly value: Rules; readonly findings: readonly Finding[] } {
  const acls = readAcls(effective);
  const findings: Finding[] = [...acls.findings];

  /** Every rule of one kind whose name, ACL and target are good, most specific first, ours before others'. */
  function collect<T extends HaproxyMatch>(
    kind: RuleKind,
    build: (match: HaproxyMatch, value: string) => T | string,
  ): readonly T[] {
    const accepted: { readonly rule: T; readonly own: boolean }[] = [];
    for (const [name, entry] of keysBelow(effective, `${PREFIX}${kind}/`)) {
      if (name.includes("/")) continue;
      const key = `${PREFIX}${kind}/${name}`;
      const match = matchFor(name, entry, acls.value);
      const rule = typeof match === "string" ? match : build(match, entry.value);
      if (typeof rule === "string") findings.push(rejectedKey(key, rule));
      else accepted.push({ rule, own: entry.own });
    }
    return accepted.toSorted(bySpecificity).map(({ rule }) => rule);
  }

  const denies = collect<HaproxyMatch>("deny", (match) => match);
  const redirects = collect<HaproxyRedirect>("redirect", (match, value) => {
    const prefix = parseRedirectPrefix(value);
    return prefix === undefined
      ? `its value ${printable(value)} is not a URL like https://host or a path`
      : { ...match, prefix };
  });
  const routes = collect<HaproxyRoute>("use-backend", (match, value) => {
    const backend = parseServiceName(value);
    if (backend === undefined) return `its value ${printable(value)} is not a service name`;
    if (!backends.has(backend))
      return `there is no key backends/ssl/${backend} or backends/no-ssl/${backend}`;
    return { ...match, backend };
  });
  return { value: { denies, redirects, routes, ownHosts: acls.ownHosts }, findings };
}

/** The match of the ACL a rule names, or why the rule is left out. */
function matchFor(name: string, entry: EffectiveKey, acls: ReadonlyMap<string, Acl>): HaproxyMatch | string {
  if (parseRuleName(name) === undefined)
    return "the name may hold letters, digits, dot, hyphen and underscore";
  const acl = acls.get(name);
  if (!acl) return `there is no usable key ${PREFIX}acl/${name}/host or /path below it`;
  if (acl.own && !entry.own) return `${name} is the name of one of this site's own rules`;
  return { name, host: acl.host, path: acl.path, sparesOwnHosts: !acl.own && acl.host === "" };
}

/** Host and path before path before host (upstream.md row 24); among equals ours first, longer paths first. */
function bySpecificity(
  a: { readonly rule: HaproxyMatch; readonly own: boolean },
  b: { readonly rule: HaproxyMatch; readonly own: boolean },
): number {
  return (
    rank(a.rule) - rank(b.rule) ||
    Number(b.own) - Number(a.own) ||
    b.rule.path.length - a.rule.path.length ||
    (a.rule.name < b.rule.name ? -1 : 1)
  );
}

function rank(match: HaproxyMatch): number {
  if (match.path === "") return 2;
  return match.host === "" ? 1 : 0;
}
