/** Characters, references and names of XML: what reader and writer share. */

/** Text of nothing but characters that XML 1.0 allows (production Char): no lone surrogate, no control character. */
export const XML_CHARACTERS = /^[\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]*$/u;

/** Each character that XML 1.0 does not allow. */
export const FOREIGN_CHARACTER = /[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu;

const ENTITIES: ReadonlyMap<string, string> = new Map([
  ["amp", "&"],
  ["lt", "<"],
  ["gt", ">"],
  ["quot", '"'],
  ["apos", "'"],
]);

/** Undefined for any entity but the predefined, and for a number that is no character of XML. */
export function resolveReferences(text: string): string | undefined {
  let valid = true;
  const resolved = text.replace(/&(?:(\w+)|#(\d{1,7})|#x([0-9a-fA-F]{1,6}));|&/g, (_, name, decimal, hex) => {
    const code = decimal === undefined ? Number.parseInt(hex ?? "", 16) : Number.parseInt(decimal, 10);
    const named = name === undefined ? undefined : ENTITIES.get(name);
    if (named !== undefined) return named;
    const character = code <= 0x10_ff_ff ? String.fromCodePoint(code) : undefined;
    if (character !== undefined && XML_CHARACTERS.test(character)) return character;
    valid = false;
    return "";
  });
  return valid ? resolved : undefined;
}

/** Prefix, empty when there is none, and local name. */
export function splitName(name: string): readonly [string, string] {
  const colon = name.indexOf(":");
  return colon < 0 ? ["", name] : [name.slice(0, colon), name.slice(colon + 1)];
}
