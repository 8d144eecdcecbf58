/** The `--timeout` of verbs that wait. */
import { parseDuration } from "../config/duration.ts";
import { ConveneError } from "../system/errors.ts";

/** Milliseconds. Throws ConveneError where it is no duration. */
export function timeoutMs(text: string): number {
  const milliseconds = parseDuration(text);
  if (milliseconds !== undefined) return milliseconds;
  throw new ConveneError({
    code: "InvalidArgument",
    message: `--timeout ${text} is not a duration`,
    hint: "write it like 30s, 10m or 1h",
  });
}
