/** Names that manifests give to things and that LXD, DNS or Prosody then carry. */
import { z } from "zod";

/** A DNS label (RFC 1123, section 2.1): also what LXD accepts as an instance name. */
export const labelName = z
  .string()
  .max(63, "at most 63 characters")
  .regex(
    /^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/u,
    "lower-case letters, digits and inner hyphens, such as `bridge-1`",
  )
  .describe("Lower-case letters, digits and inner hyphens, at most 63 characters.");

/** The local part of an XMPP address (RFC 7622, section 3.3), kept to what people type without thinking. */
export const userName = z
  .string()
  .max(63, "at most 63 characters")
  .regex(
    /^[a-z0-9]([a-z0-9._-]*[a-z0-9])?$/u,
    "lower-case letters, digits, dots, hyphens and underscores, such as `m.meier`",
  )
  .describe("What the person signs in with: lower-case letters, digits, dots, hyphens, underscores.");

/** An absolute path without `.`, `..`, doubled slashes or anything that needs quoting. */
export const absolutePath = z
  .string()
  .max(255, "at most 255 characters")
  .regex(/^(\/[A-Za-z0-9_@+,=.-]+)+$/u, "an absolute path such as `/etc/turnserver.conf`")
  .refine(
    (path) => !path.split("/").some((part) => part === "." || part === ".."),
    "a path without `.` and `..`",
  )
  .describe("Absolute path inside the container.");

/** The name of a systemd unit, with or without its suffix. */
export const unitName = z
  .string()
  .max(128, "at most 128 characters")
  .regex(/^[A-Za-z0-9][A-Za-z0-9@:_.-]*$/u, "a systemd unit name such as `coturn`")
  .describe("systemd unit, with or without .service.");

/** A line of text that stays one line wherever it is written. */
export const singleLine = z
  .string()
  .min(1, "some text")
  .max(1024, "at most 1024 characters")
  .refine((text) => !hasControlCharacter(text), "text without line breaks or control characters");

function hasControlCharacter(text: string): boolean {
  return /[\u0000-\u001f\u007f\u0085\u2028\u2029]/u.test(text);
}
