/** How a value is written into a file of each language, so that it stays the one value it is. */
import type { Language } from "../manifests/schema/files.ts";

type Scalar = string | number | boolean;

/**
 * The text to put into the file. In `lua`, `hocon`, `javascript` and `json` it is the inside of a double-quoted
 * string; in all others one word, and what cannot be one is refused with a RangeError that never holds the value.
 */
export function escapeFor(language: Language, value: Scalar): string {
  const text = String(value);
  switch (language) {
    case "lua":
      return luaInside(text);
    case "hocon":
    case "javascript":
    case "json":
      return jsonInside(text);
    default:
      return word(language, text);
  }
}

/** A whole value, with its quotes: JSON, or a table constructor in Lua. Words have no such form. */
export function literalFor(language: Language, value: unknown): string {
  switch (language) {
    case "lua":
      return luaLiteral(value);
    case "hocon":
    case "javascript":
    case "json":
      return asciiSafe(JSON.stringify(value ?? null));
    default:
      throw new RangeError(`\`json\` has no meaning in a ${language} file`);
  }
}

function jsonInside(text: string): string {
  return asciiSafe(JSON.stringify(text).slice(1, -1));
}

/** Line separators end a line in old JavaScript, and `<` could close a script element the file is copied into. */
function asciiSafe(json: string): string {
  return json.replaceAll(/[<\u007f-\u009f\u2028\u2029]/gu, (found) => {
    return `\\u${found.charCodeAt(0).toString(16).padStart(4, "0")}`;
  });
}

/** Lua 5.1 to 5.4 read a backslash and three decimal digits as a byte (reference manual, section 3.1). */
function luaInside(text: string): string {
  return text
    .replaceAll(/["\\]/gu, (found) => `\\${found}`)
    .replaceAll(/[\u0000-\u001f\u007f]/gu, (found) => `\\${String(found.charCodeAt(0)).padStart(3, "0")}`);
}

function luaLiteral(value: unknown): string {
  if (value === null || value === undefined) return "nil";
  if (typeof value === "string") return `"${luaInside(value)}"`;
  if (typeof value === "boolean") return String(value);
  if (typeof value === "number" && Number.isFinite(value)) return String(value);
  if (Array.isArray(value)) return `{ ${value.map(luaLiteral).join(", ")} }`;
  if (typeof value !== "object") throw new RangeError(`a ${typeof value} cannot be written as Lua`);
  const fields = Object.entries(value).map(
    ([name, inner]) => `["${luaInside(name)}"] = ${luaLiteral(inner)}`,
  );
  return `{ ${fields.join(", ")} }`;
}

/** What may not stand in a word: always white space and control characters, then each language's own syntax. */
const SYNTAX: Readonly<Record<Exclude<Language, "lua" | "hocon" | "javascript" | "json">, RegExp>> = {
  // Quotes, escapes, comments, environment variables, log-format expressions, and the ends of conditions.
  haproxy: /["'\\#$%{}]/u,
  coturn: /["'\\#]/u,
  // systemd's specifiers and continuation, comments of other ini dialects.
  ini: /["'\\#;%$]/u,
  nginx: /["'\\#$;{}]/u,
  shell: /[^A-Za-z0-9._~:/@%+=,-]/u,
  plain: /(?!)/u,
};

function word(language: keyof typeof SYNTAX, text: string): string {
  const wrong = /[\s\u0000-\u001f\u007f-\u009f\u2028\u2029\ufeff]/u.exec(text) ?? SYNTAX[language].exec(text);
  if (wrong)
    throw new RangeError(
      `a value has ${describe(wrong[0])}, which cannot be part of a word in a ${language} file`,
    );
  return text;
}

function describe(character: string): string {
  if (character === "\n" || character === "\r") return "a line break";
  if (/\s/u.test(character)) return "white space";
  if (/[\u0000-\u001f\u007f-\u009f]/u.test(character)) return "a control character";
  return `the character ${character}`;
}
