/** Comparing LXD's string maps as LXD means them, not as they are spelled. */
import type { Origin } from "../model/desired-state.ts";
import type { Change } from "./action.ts";

const TRUE_WORDS: ReadonlySet<string> = new Set(["true", "1", "yes", "on"]);
const FALSE_WORDS: ReadonlySet<string> = new Set(["false", "0", "no", "off"]);

/** LXD stores booleans as they were typed: `yes` and `true` are the same (lxd.md A3). */
function normalizeValue(key: string, value: string): string {
  if (/^(limits\.cpu|limits\.processes)$/.test(key)) return value;
  const lower = value.toLowerCase();
  if (TRUE_WORDS.has(lower)) return "true";
  if (FALSE_WORDS.has(lower)) return "false";
  return value;
}

/** Every key that differs, as changes named `<prefix><key>`. */
export function diffMaps(
  prefix: string,
  desired: Readonly<Record<string, string>>,
  actual: Readonly<Record<string, string>>,
  origin?: Origin,
): Change[] {
  const keys = [...new Set([...Object.keys(desired), ...Object.keys(actual)])].toSorted();
  return keys.flatMap((key) => {
    const before = actual[key];
    const after = desired[key];
    if (
      before !== undefined &&
      after !== undefined &&
      normalizeValue(key, before) === normalizeValue(key, after)
    )
      return [];
    return [
      {
        field: `${prefix}${key}`,
        ...(before === undefined ? {} : { before }),
        ...(after === undefined ? {} : { after }),
        ...(origin && after !== undefined ? { origin } : {}),
      },
    ];
  });
}

/** Differences between device maps; a device that is only on one side is shown by its type or listen address. */
export function diffDevices(
  desired: Readonly<Record<string, Readonly<Record<string, string>>>>,
  actual: Readonly<Record<string, Readonly<Record<string, string>>>>,
  origin?: Origin,
): Change[] {
  const names = [...new Set([...Object.keys(desired), ...Object.keys(actual)])].toSorted();
  return names.flatMap((name): Change[] => {
    const before = actual[name];
    const after = desired[name];
    if (before && after) return diffMaps(`device ${name} `, after, before, origin);
    if (after)
      return [{ field: `device ${name}`, after: describeDevice(after), ...(origin ? { origin } : {}) }];
    return before ? [{ field: `device ${name}`, before: describeDevice(before) }] : [];
  });
}

function describeDevice(device: Readonly<Record<string, string>>): string {
  return device["listen"] ?? device["source"] ?? device["network"] ?? device["type"] ?? "device";
}
