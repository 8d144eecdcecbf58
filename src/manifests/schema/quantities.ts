/** Durations, sizes and ports: written for people, read as numbers. */
import { z } from "zod";

const SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };
const BYTES: Readonly<Record<string, number>> = {
  B: 1,
  KiB: 2 ** 10,
  MiB: 2 ** 20,
  GiB: 2 ** 30,
  TiB: 2 ** 40,
};

/** Of more looks nobody waits for the last. */
const MOST_LOOKS = 20;

/** `90`, `30s`, `5m`, `1h30m`, `7d` in seconds; undefined when it is none of these. */
export function parseDuration(text: string): number | undefined {
  if (!/^([0-9]{1,9}[smhd])+$/u.test(text)) return undefined;
  let seconds = 0;
  for (const [, amount, unit] of text.matchAll(/([0-9]+)([smhd])/gu)) {
    seconds += Number(amount) * (SECONDS[unit ?? ""] ?? 0);
  }
  return seconds;
}

/** `512MiB` in bytes; undefined when it is not a size. Only binary units: `MB` would be read two ways. */
export function parseSize(text: string): number | undefined {
  const match = /^([0-9]{1,9})(B|KiB|MiB|GiB|TiB)$/u.exec(text);
  return match ? Number(match[1]) * (BYTES[match[2] ?? ""] ?? 0) : undefined;
}

export interface PortRange {
  readonly first: number;
  readonly last: number;
}

/** `50000-51000` or `3478`; undefined when it is neither, or runs backwards. */
export function parsePortRange(text: string): PortRange | undefined {
  const match = /^([0-9]{1,5})(?:-([0-9]{1,5}))?$/u.exec(text);
  if (!match) return undefined;
  const first = Number(match[1]);
  const last = Number(match[2] ?? match[1]);
  return first >= 1 && last <= 65_535 && first <= last ? { first, last } : undefined;
}

/** The way a range is written in a manifest and in a plan. */
export function formatPortRange(range: PortRange): string {
  return range.first === range.last ? `${range.first}` : `${range.first}-${range.last}`;
}

/** Seconds. */
export const duration = z
  .union([z.string(), z.number()])
  .transform((input, context): number => {
    if (typeof input === "number" && Number.isSafeInteger(input) && input > 0) return input;
    const seconds = typeof input === "string" ? parseDuration(input) : undefined;
    if (seconds !== undefined && seconds > 0) return seconds;
    context.addIssue({ code: "custom", message: "a duration such as `30s`, `5m` or `1h30m`", input });
    return z.NEVER;
  })
  .describe("A duration: 30s, 5m, 1h30m, 7d.");

/** Bytes. */
export const size = z
  .union([z.string(), z.number()])
  .transform((input, context): number => {
    if (typeof input === "number" && Number.isSafeInteger(input) && input > 0) return input;
    const bytes = typeof input === "string" ? parseSize(input) : undefined;
    if (bytes !== undefined && bytes > 0) return bytes;
    context.addIssue({ code: "custom", message: "a size such as `512MiB` or `2GiB`", input });
    return z.NEVER;
  })
  .describe("A size: 512MiB, 2GiB.");

export const port = z.int().min(1).max(65_535).describe("A port, 1 to 65535.");

interface Quorum {
  readonly needed: number;
  readonly of: number;
}

/** `2/3`: two of the last three; `2`: two in a row. Undefined when it is neither, or asks for more than there are. */
function parseQuorum(text: string): Quorum | undefined {
  const match = /^([0-9]{1,2})(?:\/([0-9]{1,2}))?$/u.exec(text);
  if (!match) return undefined;
  const needed = Number(match[1]);
  const of = Number(match[2] ?? match[1]);
  return needed >= 1 && needed <= of && of <= MOST_LOOKS ? { needed, of } : undefined;
}

export const quorum = z
  .union([z.string(), z.number()])
  .transform((input, context): Quorum => {
    const parsed = parseQuorum(`${input}`);
    if (parsed) return parsed;
    context.addIssue({ code: "custom", message: `looks such as \`2/3\`, of at most ${MOST_LOOKS}`, input });
    return z.NEVER;
  })
  .describe("Looks: 2/3 is two of the last three, 2 is two in a row.");

/** One port, a range, or what a `portRange` parameter resolved to. */
export const portRange = z
  .union([z.string(), z.number(), z.strictObject({ first: port, last: port })])
  .transform((input, context): PortRange => {
    const range =
      typeof input === "object" ? parsePortRange(`${input.first}-${input.last}`) : parsePortRange(`${input}`);
    if (range) return range;
    context.addIssue({
      code: "custom",
      message: "a port such as 3478 or a range such as `50000-51000`",
      input,
    });
    return z.NEVER;
  })
  .describe("A port, or a range of ports: 50000-51000.");
