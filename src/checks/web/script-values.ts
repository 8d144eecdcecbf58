/** What a script's expressions come to, as far as it can be told without running it. */

export type ScriptValue =
  | { readonly kind: "text"; readonly text: string; readonly line: number }
  | { readonly kind: "truth"; readonly truth: boolean; readonly line: number }
  | { readonly kind: "object"; readonly fields: Map<string, ScriptValue>; readonly line: number }
  /** A number, a list, null: known not to be a text, and of no interest here. */
  | { readonly kind: "other"; readonly truthy: boolean; readonly line: number }
  | { readonly kind: "unreadable"; readonly source: string; readonly line: number };

export type ScriptObject = Extract<ScriptValue, { kind: "object" }>;

/** Undefined when only running the script could tell. */
export function truthOf(value: ScriptValue | undefined): boolean | undefined {
  if (value === undefined) return false;
  if (value.kind === "text") return value.text !== "";
  if (value.kind === "truth") return value.truth;
  if (value.kind === "other") return value.truthy;
  return value.kind === "object" ? true : undefined;
}

/** Puts `from` over `into`: objects field by field when `deep`, everything else replaced. */
export function mergeInto(into: ScriptObject, from: ScriptObject, deep: boolean): void {
  for (const [name, value] of from.fields) {
    const there = into.fields.get(name);
    if (deep && there?.kind === "object" && value.kind === "object") mergeInto(there, value, true);
    else into.fields.set(name, value);
  }
}

/** The value at `hosts.domain` below an object; undefined when nothing is there. */
export function valueAt(object: ScriptValue | undefined, path: readonly string[]): ScriptValue | undefined {
  let value = object;
  for (const name of path) {
    if (value?.kind === "unreadable") return value;
    value = value?.kind === "object" ? value.fields.get(name) : undefined;
  }
  return value;
}
