/** Durations as operators write them (`30s`, `5m`, `1h30m`), in milliseconds. */
import { z } from "zod";

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const WHOLE = /^(?:\d+(?:\.\d+)?(?:ms|s|m|h|d))+$/;

/** Milliseconds, or undefined when the text is not a duration. */
export function parseDuration(text: string): number | undefined {
  if (!WHOLE.test(text)) return undefined;
  let total = 0;
  for (const [, number, unit] of text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h|d)/g)) {
    total += Number(number) * (UNITS[unit ?? ""] ?? 0);
  }
  return Math.round(total);
}

/** A zod schema that takes a duration and gives milliseconds, at least `minimumMs`. */
export function durationSchema(minimumMs: number): z.ZodType<number, string> {
  return z.string().transform((text, context) => {
    const milliseconds = parseDuration(text);
    if (milliseconds !== undefined && milliseconds >= minimumMs) return milliseconds;
    const wanted = milliseconds === undefined ? "a duration such as 30s or 5m" : `at least ${minimumMs} ms`;
    context.addIssue({ code: "custom", message: `expected ${wanted}, found ${JSON.stringify(text)}` });
    return z.NEVER;
  });
}
