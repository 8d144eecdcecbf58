/** Text of a foreign server made fit for a terminal and a log. */

/**
 * Controls, what formats, reorders or joins without being seen, line ends, halves of characters (Unicode 16, chapter 4),
 * and the places kept for more of them: U+2065 and the tags.
 */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\u2065\u{e0000}-\u{e007f}]/gu;

/** Escapes them as `\u202e` or `\u{e0041}`, and cuts after `limit` UTF-16 units, never within a character. */
export function printable(text: string, limit = 300): string {
  const cut = text.length > limit ? `${text.slice(0, limit).replace(/[\ud800-\udbff]$/, "")}…` : text;
  return cut.replace(UNPRINTABLE, (character) => {
    if (character === "\n") return "\\n";
    if (character === "\r") return "\\r";
    if (character === "\t") return "\\t";
    const code = (character.codePointAt(0) ?? 0).toString(16);
    return code.length > 4 ? `\\u{${code}}` : `\\u${code.padStart(4, "0")}`;
  });
}
