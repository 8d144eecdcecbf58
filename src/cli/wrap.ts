/** Running text in lines of a given width, broken between words only. */

/** Not before a unit, which belongs to its number. */
const BETWEEN_WORDS = / (?!(?<=\d )(?:ms|s|min|%)(?!\w))/u;

/** At least one line; a word longer than `width` keeps a line of its own. */
export function wrapText(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(BETWEEN_WORDS)) {
    const longer = line === "" ? word : `${line} ${word}`;
    if (line !== "" && longer.length > width) {
      lines.push(line);
      line = word;
    } else line = longer;
  }
  return [...lines, line];
}
