/** Field types that the specs of several kinds share. */
import { z } from "zod";

const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000 };

/** `500ms`, `5s`, `2m`, as milliseconds; at least 100 ms, at most 5 minutes. */
export const durationField = z
  .string()
  .regex(/^\d{1,6}(ms|s|m)$/, "write a duration such as 5s or 2m")
  .transform((text) => Number.parseInt(text, 10) * (UNIT_MS[text.replace(/^\d+/, "")] ?? 1))
  .pipe(z.number().min(100).max(300_000));

export const portField = z.int().min(1).max(65_535);

export const ipField = z.union([z.ipv4(), z.ipv6()]);

export const hostField = z
  .string()
  .max(253)
  .regex(
    /^[A-Za-z0-9_]([A-Za-z0-9_.-]*[A-Za-z0-9])?$|^[0-9a-fA-F:.]+$/,
    "write a host name or an IP address",
  );

/** `host` names the peer; `address`, when given, is where the connection goes instead of a resolved one. */
export const targetFields = {
  host: hostField,
  address: ipField.optional(),
  timeout: durationField.default(10_000),
};

/** `{first, last}` as a parameter of type portRange gives it, or `50000-51000`. */
export const portRangeField = z
  .union([
    z.object({ first: portField, last: portField }),
    z
      .string()
      .regex(/^\d{1,5}-\d{1,5}$/, "write a range such as 50000-51000")
      .transform((text) => {
        const [first = 0, last = 0] = text.split("-").map(Number);
        return { first, last };
      }),
  ])
  .refine(({ first, last }) => first <= last && last <= 65_535, "the range runs backwards or too far");
