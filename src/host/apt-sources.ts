/** Reads the machine's own apt configuration, so that no package mirror's name is ever written in convene. */
import { ConveneError } from "../system/errors.ts";

/** One enabled source of binary packages, as apt's sources.list(5) has it. */
export interface AptSource {
  readonly uri: string;
  readonly suite: string;
  readonly components: readonly string[];
}

/** Where Debian packages come from: the archive itself and the suites that add to it. */
export interface DebianMirror {
  /** For debootstrap. */
  readonly archive: AptSource;
  /** Archive, updates and security, as far as the machine has them. */
  readonly sources: readonly AptSource[];
}

/** A one-line-style file (`sources.list`). */
export function parseSourcesList(text: string): readonly AptSource[] {
  return text.split("\n").flatMap((line) => {
    const match = /^\s*deb\s+(?:\[[^\]]*\]\s+)?(\S+)\s+(\S+)((?:\s+[^\s#]+)*)/.exec(line);
    if (match === null) return [];
    const [, uri = "", suite = "", components = ""] = match;
    return [{ uri: withoutSlash(uri), suite, components: words(components) }];
  });
}

/** A deb822-style file (`*.sources`): stanzas of fields, comments anywhere, values that go on in indented lines. */
export function parseDeb822Sources(text: string): readonly AptSource[] {
  const withoutComments = text
    .split("\n")
    .filter((line) => !line.startsWith("#"))
    .join("\n");
  return withoutComments.split(/\n\s*\n/).flatMap((stanza) => {
    const fields = parseStanza(stanza);
    if (fields.get("enabled")?.toLowerCase() === "no") return [];
    if (!words(fields.get("types") ?? "").includes("deb")) return [];
    return words(fields.get("uris") ?? "").flatMap((uri) =>
      words(fields.get("suites") ?? "").map((suite) => ({
        uri: withoutSlash(uri),
        suite,
        components: words(fields.get("components") ?? ""),
      })),
    );
  });
}

/**
 * Picks the Debian archive out of a machine's sources. On a machine with another Debian release the archive's
 * own address is kept and the suite exchanged. Throws `NoDebianMirror`.
 */
export function chooseDebianMirror(
  sources: readonly AptSource[],
  release: { readonly machine: string; readonly wanted: string },
): DebianMirror {
  const usable = sources.filter(
    (source) => /^https?:\/\//.test(source.uri) && source.components.includes("main"),
  );
  const suffixes = ["", "-updates", "-security"] as const;
  const chosen = suffixes.flatMap((suffix) => {
    const source =
      usable.find(({ suite }) => suite === `${release.wanted}${suffix}`) ??
      usable.find(({ suite }) => suite === `${release.machine}${suffix}`);
    return source === undefined
      ? []
      : [{ ...source, suite: `${release.wanted}${suffix}`, components: ["main"] }];
  });
  const archive = chosen.find((source) => source.suite === release.wanted);
  if (archive !== undefined) return { archive, sources: chosen };
  throw new ConveneError({
    code: "NoDebianMirror",
    message: `no http(s) source for Debian ${release.machine} main in /etc/apt/sources.list or /etc/apt/sources.list.d`,
    hint: "add the Debian archive there as apt knows it (sources.list(5)), then run this again",
  });
}

/** The sources as a `sources.list` for the inside of a container. */
export function formatSourcesList(mirror: DebianMirror): string {
  return mirror.sources
    .map((source) => `deb ${source.uri} ${source.suite} ${source.components.join(" ")}\n`)
    .join("");
}

function parseStanza(stanza: string): ReadonlyMap<string, string> {
  const fields = new Map<string, string>();
  let last = "";
  for (const line of stanza.split("\n")) {
    const field = /^([A-Za-z][\w-]*):(.*)$/.exec(line);
    if (field !== null) {
      last = (field[1] ?? "").toLowerCase();
      fields.set(last, (field[2] ?? "").trim());
    } else if (/^\s+\S/.test(line)) {
      fields.set(last, `${fields.get(last) ?? ""} ${line.trim()}`);
    }
  }
  return fields;
}

function words(text: string): readonly string[] {
  return text.split(/\s+/).filter((word) => word !== "");
}

function withoutSlash(uri: string): string {
  return uri.replace(/\/+$/, "");
}
