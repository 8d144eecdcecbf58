/** A folder's parameter definitions as a schema for what operators write. */
import { z } from "zod";
import { singleLine } from "../../manifests/schema/names.ts";
import { domainName, emailAddress, httpUrl, ipAddress } from "../../manifests/schema/network.ts";
import { duration, portRange, size } from "../../manifests/schema/quantities.ts";
import type { ParameterDefinition, ParameterDefinitions } from "./parameter-definition.ts";

/** A closed object with one field for each parameter; defaults are not part of it (apply-parameters.ts). */
export function parametersSchema(definitions: ParameterDefinitions): z.ZodObject {
  const fields = Object.entries(definitions).map(([name, definition]) => {
    const field = fieldSchema(definition);
    return [name, definition.required ? field : field.optional()] as const;
  });
  return z.strictObject(Object.fromEntries(fields));
}

function fieldSchema(definition: ParameterDefinition): z.ZodType {
  return typeSchema(definition).describe(definition.description);
}

function typeSchema(definition: ParameterDefinition): z.ZodType {
  switch (definition.type) {
    case "string":
      return definition.pattern
        ? singleLine.regex(definition.pattern, `text that matches ${definition.pattern.source}`)
        : singleLine;
    case "integer":
      return z.int().min(definition.minimum).max(definition.maximum);
    case "boolean":
      return z.boolean();
    case "enum":
      return z.enum(definition.values);
    case "size":
      return size;
    case "duration":
      return duration;
    case "domain":
      return domainName;
    case "email":
      return emailAddress;
    case "ip":
      return ipAddress;
    case "url":
      return httpUrl;
    case "portRange":
      return portRange;
    case "map":
      return z.record(z.string(), z.json());
    case "list":
      return z.array(parametersSchema(definition.fields)).max(definition.max);
    default:
      return definition satisfies never;
  }
}
