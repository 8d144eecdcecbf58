/** Writes XML that no value can break out of. */
import { FOREIGN_CHARACTER } from "./xml-text.ts";

const ESCAPES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&apos;",
};
const NAME = /^[A-Za-z_][A-Za-z0-9_.:-]*$/;

/**
 * One element. Attributes that are undefined are left out; `content` is XML already: what `writeXml` or `escapeXml` made.
 * Throws on a name that is none, which is a defect of the caller.
 */
export function writeXml(
  name: string,
  attributes: Readonly<Record<string, string | undefined>> = {},
  content = "",
): string {
  const written = Object.entries(attributes).map(([key, value]) =>
    value === undefined ? "" : ` ${checkedName(key)}="${escapeXml(value)}"`,
  );
  const head = `<${checkedName(name)}${written.join("")}`;
  return content === "" ? `${head}/>` : `${head}>${content}</${name}>`;
}

/** Text for content or a quoted attribute; a character that XML does not know becomes U+FFFD. */
export function escapeXml(text: string): string {
  return text
    .replace(FOREIGN_CHARACTER, "\ufffd")
    .replace(/[&<>"']/g, (character) => ESCAPES[character] ?? "")
    .replace(/[\t\n\r]/g, (character) => `&#${character.charCodeAt(0)};`);
}

function checkedName(name: string): string {
  if (!NAME.test(name)) throw new TypeError(`${JSON.stringify(name)} is no XML name`);
  return name;
}
