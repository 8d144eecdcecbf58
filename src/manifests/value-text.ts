/** Paths and values as a reader recognises them in a message. */
import type { DocumentPath } from "./loaded-manifest.ts";

const LONGEST = 80;
const MAYBE_SECRET = /secret|password|token|^age$|^content$/iu;

/** `spec.publicPorts[0].port`. */
export function pathText(path: DocumentPath): string {
  return path
    .map((step, index) => (typeof step === "number" ? `[${step}]` : `${index > 0 ? "." : ""}${step}`))
    .join("");
}

/** The value at a path; never one that may be a password somebody wrote in the wrong place. */
export function show(value: unknown, path: DocumentPath): string {
  if (value === null) return "empty";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object") return "a set of fields";
  if (path.some((step) => MAYBE_SECRET.test(String(step)))) return `a ${typeof value}`;
  const json = JSON.stringify(value);
  const text = typeof value === "string" ? json : `the ${typeof value} ${json}`;
  if (/:\/\/[^/]*@/u.test(text)) return "an address with a password in it";
  return text.length > LONGEST ? `${text.slice(0, LONGEST - 3)}…` : text;
}
