/** `parameters.yaml`: what an operator may set on a component. */
import { z } from "zod";

const regularExpression = z.string().transform((source, context): RegExp => {
  try {
    return new RegExp(source, "u");
  } catch (error) {
    context.addIssue({
      code: "custom",
      message: error instanceof Error ? error.message : String(error),
      input: source,
    });
    return z.NEVER;
  }
});

const common = {
  description: z.string().min(1),
  required: z.boolean().default(false),
  default: z.unknown().optional(),
};

const simpleType = z.enum([
  "boolean",
  "size",
  "duration",
  "domain",
  "email",
  "ip",
  "url",
  "portRange",
  "map",
]);

const simpleDefinition = z.discriminatedUnion("type", [
  z.strictObject({ type: simpleType, ...common }),
  z.strictObject({
    type: z.literal("string"),
    ...common,
    pattern: regularExpression.optional().describe("What the text must match."),
  }),
  z.strictObject({
    type: z.literal("integer"),
    ...common,
    minimum: z.int().default(0),
    maximum: z.int().default(Number.MAX_SAFE_INTEGER),
  }),
  z.strictObject({ type: z.literal("enum"), ...common, values: z.array(z.string()).min(1) }),
]);

const parameterName = z.string().regex(/^[a-z][A-Za-z0-9]*$/u, "a name such as `relayPorts`");

const listDefinition = z.strictObject({
  type: z.literal("list"),
  ...common,
  fields: z.record(parameterName, simpleDefinition).describe("What each entry has."),
  max: z.int().min(1).max(250).default(64).describe("How many entries there may be."),
  unique: parameterName.default("name").describe("The field that tells the entries apart."),
});

/** A `map` is free-form and passed on as it is; a `list` has entries with fields of the other types. */
const parameterDefinition = z.discriminatedUnion("type", [simpleDefinition, listDefinition]);

export const parameterDefinitions = z.record(parameterName, parameterDefinition);

export type ParameterDefinition = z.output<typeof parameterDefinition>;
export type ParameterDefinitions = Readonly<Record<string, ParameterDefinition>>;
