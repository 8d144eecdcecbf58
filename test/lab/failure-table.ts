/** The failure catalogue as the table that README.md shows; run by itself it writes the table into the README. */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type CatalogueLine, FAILURE_CATALOGUE } from "./failure-catalogue.ts";

export const README = join(import.meta.dirname, "../../README.md");
const MARK = "<!-- failure-catalogue -->";

/** Markdown, the heading first. */
export function failureTable(lines: readonly CatalogueLine[]): string {
  const head =
    "| # | broken | provoked on | convene says | who still meets | `doctor` says |\n| --- | --- | --- | --- | --- | --- |";
  return [head, ...lines.map(tableLine)].join("\n");
}

function tableLine({ row, broken, on, told, meeting, doctor, member }: CatalogueLine): string {
  const seen = doctor ?? (member === undefined ? "nothing" : `with an account: ${member}`);
  return `| ${row} | ${broken} | ${on} | ${code(told ?? "nothing")} | ${meeting} | ${code(seen)} |`;
}

function code(words: string): string {
  return words === "nothing" ? words : words.replace(/\S+$/u, "`$&`");
}

/** The text with the table between the two marks; throws when it does not have them. */
export function withTable(text: string, table: string): string {
  const [before, old, after, ...more] = text.split(MARK);
  if (old === undefined || after === undefined || more.length > 0)
    throw new Error(`README.md needs two lines ${MARK}`);
  return `${before}${MARK}\n${table}\n${MARK}${after}`;
}

if (import.meta.main) {
  await writeFile(README, withTable(await readFile(README, "utf8"), failureTable(FAILURE_CATALOGUE)));
}
