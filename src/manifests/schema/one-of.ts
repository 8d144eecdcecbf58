/** "Exactly one of these fields", read as a discriminated union. */
import { z } from "zod";

/** `{email: {...}}` becomes `{kind: "email", value: {...}}`. */
export type OneOf<Fields extends Readonly<Record<string, z.ZodType>>> = {
  [Name in keyof Fields & string]: { readonly kind: Name; readonly value: z.output<Fields[Name]> };
}[keyof Fields & string];

/** A closed object that must have exactly one of the given fields. */
export function oneOf<const Fields extends Readonly<Record<string, z.ZodType>>>(fields: Fields) {
  const names = Object.keys(fields);
  const optional = Object.fromEntries(
    Object.entries(fields).map(([name, schema]) => [name, schema.optional()]),
  );
  return z
    .strictObject(optional)
    .meta({ minProperties: 1, maxProperties: 1 })
    .transform((input, context): OneOf<Fields> => {
      const present = names.filter((name) => input[name] !== undefined);
      const [kind] = present;
      const candidate = { kind, value: kind === undefined ? undefined : input[kind] };
      if (present.length === 1 && isOneOf<Fields>(candidate, names)) return candidate;
      const found = present.length === 0 ? "none of its fields" : present.join(" and ");
      context.addIssue({
        code: "custom",
        message: `exactly one of: ${names.join(", ")}`,
        params: { found },
        input,
      });
      return z.NEVER;
    });
}

/** The value has passed the schema of its field before; what is left to see is that the field is one of them. */
function isOneOf<Fields extends Readonly<Record<string, z.ZodType>>>(
  candidate: { readonly kind: string | undefined; readonly value: unknown },
  names: readonly string[],
): candidate is OneOf<Fields> {
  return candidate.kind !== undefined && names.includes(candidate.kind);
}
