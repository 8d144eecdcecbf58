/** Text from elsewhere made safe for a terminal: nothing in it can move the cursor, colour or end the line. */

/** C0 and C1 controls, line separators, and the marks that reorder text (Unicode 16, UAX #9). */
const UNSAFE = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/g;

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
