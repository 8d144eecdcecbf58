/** What the bench found out, and how it is printed: each figure beside its target, and as a fraction of it. */
import { alignColumns } from "../../src/cli/columns.ts";

export interface Figure {
  readonly name: string;
  readonly measured: number;
  /** At most this is wanted; absent where nothing is promised. */
  readonly target?: number;
  /** Behind the number: `ms`, `MB`, `% of a core`; empty for a count. */
  readonly unit: string;
  /** What was looked at, for people: `median of 20, 98 to 143`. */
  readonly note: string;
}

/** The table, and after it one line for each figure that misses its target. */
export function renderFigures(figures: readonly Figure[]): string {
  const rows = figures.map((figure) => [
    fallsShort(figure) ? "✗" : figure.target === undefined ? " " : "✓",
    figure.name,
    withUnit(figure.measured, figure.unit),
    figure.target === undefined ? "" : `at most ${withUnit(figure.target, figure.unit)}`,
    fraction(figure),
    figure.note,
  ]);
  const short = figures.filter(fallsShort);
  return [
    ...alignColumns([["", "figure", "measured", "target", "of target", ""], ...rows]),
    "",
    short.length === 0
      ? "Every figure is within its target."
      : `Falls short: ${short.map(({ name }) => name).join("; ")}.`,
    "",
  ].join("\n");
}

function fallsShort({ measured, target }: Figure): boolean {
  return target !== undefined && measured > target;
}

/** Nothing is a fraction of a target that is nothing. */
function fraction({ measured, target }: Figure): string {
  return target === undefined || target === 0 ? "" : (measured / target).toFixed(2);
}

function withUnit(value: number, unit: string): string {
  const digits = Number.isInteger(value) ? 0 : value < 1 ? 3 : value < 10 ? 2 : value < 100 ? 1 : 0;
  return `${value.toFixed(digits)}${unit === "" ? "" : ` ${unit}`}`;
}
