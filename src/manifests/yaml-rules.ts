/** What YAML allows and manifests do not: repeated keys, keys that are not words, aliases without end. */
import { isAlias, isScalar, visit } from "yaml";
import type { Alias, Document, YAMLMap } from "yaml";
import { BOUNDS } from "./bounds.ts";
import { keyText } from "./document.ts";

export interface YamlProblem {
  readonly code: string;
  readonly message: string;
  readonly hint: string;
  /** Place in the text. */
  readonly offset: number;
}

/** Every problem of a document. `lineOf` turns an offset into a line number. */
export function yamlProblems(document: Document, lineOf: (offset: number) => number): readonly YamlProblem[] {
  const found: YamlProblem[] = [];
  let aliases = 0;
  visit(document, {
    Alias(_, alias) {
      aliases += 1;
      found.push(...aliasProblem(alias, aliases, document));
      return aliases > BOUNDS.aliases ? visit.BREAK : undefined;
    },
    Map(_, map) {
      found.push(...keyProblems(map, lineOf));
    },
  });
  return found;
}

function aliasProblem(alias: Alias, count: number, document: Document): readonly YamlProblem[] {
  const offset = alias.range?.[0] ?? 0;
  if (count > BOUNDS.aliases) {
    const hint = `at most ${BOUNDS.aliases} in a document`;
    return [{ code: "TooManyAliases", message: "too many YAML aliases", hint, offset }];
  }
  if (alias.resolve(document) !== undefined) return [];
  const message = `the alias \`*${alias.source}\` stands for nothing`;
  return [{ code: "UnknownAlias", message, hint: `\`&${alias.source}\` has to come before it`, offset }];
}

function keyProblems(map: YAMLMap, lineOf: (offset: number) => number): readonly YamlProblem[] {
  const seen = new Map<string, number>();
  return map.items.flatMap((pair) => {
    const text = keyText(pair);
    const range = isScalar(pair.key) || isAlias(pair.key) ? pair.key.range : map.range;
    const offset = range?.[0] ?? 0;
    if (text === undefined) {
      return [
        { code: "InvalidKey", message: "a key that is not a word", hint: "write a plain name", offset },
      ];
    }
    const first = seen.get(text);
    seen.set(text, first ?? offset);
    if (first === undefined) return [];
    const hint = `it is also on line ${lineOf(first)}`;
    return [{ code: "DuplicateKey", message: `\`${text}\` is already set`, hint, offset }];
  });
}
