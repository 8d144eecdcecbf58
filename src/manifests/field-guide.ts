/** Looks up what a schema allows at a path, for the second half of an error message. */
import { z } from "zod";
import type { DocumentPath } from "./loaded-manifest.ts";

type Shape = z.core.JSONSchema.BaseSchema;

export interface FieldGuide {
  /** Names of the fields allowed in the object at `path`. */
  fieldsAt(path: DocumentPath): readonly string[];
  descriptionAt(path: DocumentPath): string | undefined;
  /** The fixed words allowed at `path`; empty where other values are allowed too. */
  wordsAt(path: DocumentPath): readonly string[];
}

/** A guide through one schema; the JSON Schema it reads is made only when somebody asks. */
export function fieldGuide(schema: z.ZodType): FieldGuide {
  let root: Shape | undefined;
  const shapesAt = (path: DocumentPath): readonly Shape[] => {
    root ??= z.toJSONSchema(schema, { io: "input", unrepresentable: "any" });
    return path.reduce<readonly Shape[]>(
      (shapes, step) => shapes.flatMap((shape) => inside(shape, step)),
      alternatives(root),
    );
  };
  return {
    fieldsAt: (path) => [...new Set(shapesAt(path).flatMap((shape) => Object.keys(shape.properties ?? {})))],
    wordsAt: (path) =>
      [
        ...new Set(
          shapesAt(path).flatMap((shape) => shape.enum ?? (shape.const === undefined ? [] : [shape.const])),
        ),
      ].map(String),
    descriptionAt: (path) => shapesAt(path).find((shape) => shape.description !== undefined)?.description,
  };
}

function inside(shape: Shape, step: string | number): readonly Shape[] {
  const inner =
    typeof step === "number" ? shape.items : (shape.properties?.[step] ?? shape.additionalProperties);
  return typeof inner === "object" && !Array.isArray(inner) ? alternatives(inner) : [];
}

/** The shape itself first, for its description, then each alternative in it. */
function alternatives(shape: Shape): readonly Shape[] {
  const inner = [...(shape.anyOf ?? []), ...(shape.oneOf ?? []), ...(shape.allOf ?? [])];
  return [shape, ...inner.flatMap((one) => (typeof one === "object" ? alternatives(one) : []))];
}
