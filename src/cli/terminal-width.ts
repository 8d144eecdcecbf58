/** How many characters a line of output may have. */

const USUAL = 80;

/** `columns` is what the terminal says, `wished` the variable COLUMNS, which POSIX lets win; in a pipe there is neither. */
export function terminalWidth(columns: number | undefined, wished: string | undefined): number {
  if (wished !== undefined && /^[1-9]\d{0,4}$/.test(wished)) return Number(wished);
  // A serial console, and a pseudo-terminal that nobody gave a size, say 0.
  return columns === undefined || columns === 0 ? USUAL : columns;
}
