/** Text from elsewhere made safe for a terminal: nothing in it can move the cursor, colour or end the line. */

/**
 * Controls, line separators, halves of characters, and what formats or reorders text without being seen (Unicode 16,
 * chapter 4; UAX #9), but for the joiners that languages and emoji are written with.
 */
const UNSAFE = /(?![\u200c\u200d])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\u2065\u{e0000}-\u{e007f}]/gu;

/** Escapes each unsafe character as `\u{1b}`. */
export function printable(text: string): string {
  return text.replace(UNSAFE, (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`);
}

/** Like printable, shortened to `width` characters with an ellipsis. */
export function shortened(text: string, width: number): string {
  const safe = printable(text);
  return safe.length <= width ? safe : `${safe.slice(0, Math.max(0, width - 1))}…`;
}

/** The first line, with an ellipsis when there are more. */
export function firstLine(text: string): string {
  const [first = "", ...rest] = printableLines(text.trimEnd());
  return rest.length > 0 ? `${first} …` : first;
}

/** Several lines of foreign text, each made printable. */
export function printableLines(text: string): readonly string[] {
  return text.split(/\r?\n/).map(printable);
}
