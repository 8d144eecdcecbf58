/** The schemas as JSON Schema 2020-12, so that editors complete and check what people write. */
import { z } from "zod";
import { MANIFEST_SCHEMAS } from "./schema/manifest.ts";

/** A JSON Schema as plain data. */
type Shape = Readonly<Record<string, unknown>>;

const REFERENCE: Shape = { $ref: "#/$defs/reference" };

/** One schema for a document of any kind; `convene schema` prints it. */
export function manifestJsonSchema(): Shape {
  const kinds = Object.entries(MANIFEST_SCHEMAS);
  const reference: Shape = {
    type: "string",
    pattern: "^\\$\\{[A-Za-z][A-Za-z0-9_.-]*\\}$",
    description: "A reference such as ${parameters.relayPorts}.",
  };
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: "convene manifest",
    oneOf: kinds.map(([kind]) => ({ $ref: `#/$defs/${kind}` })),
    $defs: { reference, ...Object.fromEntries(kinds.map(([kind, schema]) => [kind, shapeOf(kind, schema)])) },
  };
}

function shapeOf(kind: string, schema: z.ZodType): Shape {
  const { $schema: _, ...shape } = z.toJSONSchema(schema, { io: "input" });
  const { metadata, spec, ...envelope } = shape.properties ?? {};
  // The Site is what others refer to.
  if (kind === "Site" || !isShape(metadata) || !isShape(spec)) return shape;
  const open = kind === "Container" || kind === "Check" ? withForEach(spec) : spec;
  return { ...shape, properties: { ...envelope, metadata: inside(metadata), spec: inside(open) } };
}

/** Only the loader knows this field: it is gone before a manifest meets its schema (instantiate.ts). */
function withForEach(spec: Shape): Shape {
  const forEach: Shape = {
    description: "One manifest for each entry of this list; ${item.name} is the entry's name.",
    type: "array",
    items: { type: "object" },
  };
  return { ...spec, properties: { ...(isShape(spec.properties) ? spec.properties : {}), forEach } };
}

/** Every value may be a reference; that a field is there, and what it is called, may not. */
function inside(shape: Shape): Shape {
  const { properties, items, additionalProperties, anyOf } = shape;
  return {
    ...shape,
    ...(isShape(properties) ? { properties: mapped(properties) } : {}),
    ...(isShape(items) ? { items: orReference(items) } : {}),
    ...(isShape(additionalProperties) ? { additionalProperties: orReference(additionalProperties) } : {}),
    ...(Array.isArray(anyOf)
      ? { anyOf: anyOf.map((one: unknown) => (isShape(one) ? inside(one) : one)) }
      : {}),
  };
}

function mapped(properties: Shape): Shape {
  return Object.fromEntries(Object.entries(properties).map(([name, inner]) => [name, orReference(inner)]));
}

function orReference(inner: unknown): unknown {
  if (!isShape(inner) || Object.keys(inner).length === 0) return inner;
  const { description, default: preset, ...rest } = inside(inner);
  return {
    ...(description === undefined ? {} : { description }),
    ...(preset === undefined ? {} : { default: preset }),
    anyOf: [rest, REFERENCE],
  };
}

function isShape(value: unknown): value is Shape {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
