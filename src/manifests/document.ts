/** A YAML document as plain data that still knows where each part of it was written. */
import { isAlias, isCollection, isMap, isNode, isPair, isScalar, isSeq } from "yaml";
import type { Document, LineCounter, Node, Pair } from "yaml";
import type { SourceLocation } from "../system/errors.ts";
import type { DocumentPath, Locate } from "./loaded-manifest.ts";

export interface ManifestDocument {
  readonly file: string;
  /** Plain values: what YAML's own aliases and types made of the text. */
  readonly data: unknown;
  readonly locate: Locate;
}

/** A `Locate` for one parsed document: scalars are found at their value, everything else at its key. */
export function locator(file: string, document: Document, lines: LineCounter): Locate {
  return (path, part = "value") => {
    const offset = offsetOf(document, path, part) ?? 0;
    return locationAt(file, lines, offset);
  };
}

/** Line and column, both from 1, of an offset in the text. */
export function locationAt(file: string, lines: LineCounter, offset: number): SourceLocation {
  const { line, col } = lines.linePos(offset);
  return { file, line: Math.max(1, line), column: Math.max(1, col) };
}

function offsetOf(document: Document, path: DocumentPath, part: "key" | "value"): number | undefined {
  let node = document.contents as Node | null | undefined;
  let offset = start(node);
  for (const [index, step] of path.entries()) {
    const target = isAlias(node) ? node.resolve(document) : node;
    const isLast = index === path.length - 1;
    if (isMap(target)) {
      const pair = target.items.find((entry) => keyText(entry) === String(step));
      if (!pair) return offset;
      const key = start(pair.key);
      const value = isNode(pair.value) ? pair.value : undefined;
      const atKey = isCollection(value) || value === undefined || (isLast && part === "key");
      offset = (atKey ? key : start(value)) ?? offset;
      node = value;
    } else if (isSeq(target) && typeof step === "number") {
      const item = target.items[step];
      node = isNode(item) ? item : undefined;
      offset = start(node) ?? offset;
    } else {
      return offset;
    }
  }
  return offset;
}

/** The text of a pair's key; undefined for keys that are themselves collections. */
export function keyText(pair: Pair): string | undefined {
  if (!isPair(pair) || !isScalar(pair.key)) return undefined;
  return String(pair.key.value);
}

function start(node: unknown): number | undefined {
  return isNode(node) ? node.range?.[0] : undefined;
}
