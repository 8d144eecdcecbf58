/** Reading a request's body and query: bounded, JSON, and through a schema. */
import type { IncomingMessage } from "node:http";
import { z } from "zod";
import { ConveneError } from "../system/errors.ts";

/** @throws ConveneError `RequestTooLarge` or `BadRequest`. */
export async function readBody<T>(
  request: IncomingMessage,
  schema: z.ZodType<T>,
  maximum: number,
): Promise<T> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    if (!Buffer.isBuffer(chunk)) continue;
    size += chunk.length;
    if (size > maximum) {
      throw new ConveneError({
        code: "RequestTooLarge",
        message: `the request has more than ${maximum} bytes`,
        hint: "plan fewer or smaller files: a site is a handful of short ones",
      });
    }
    chunks.push(chunk);
  }
  return parse(schema, parseJson(Buffer.concat(chunks).toString("utf8")));
}

export function readQuery<T>(url: URL, schema: z.ZodType<T>): T {
  return parse(schema, Object.fromEntries(url.searchParams));
}

function parseJson(text: string): unknown {
  if (text === "") return {};
  try {
    return JSON.parse(text);
  } catch (error) {
    throw badRequest(`the request is not JSON: ${String(error)}`);
  }
}

function parse<T>(schema: z.ZodType<T>, value: unknown): T {
  const result = schema.safeParse(value);
  if (!result.success) throw badRequest(z.prettifyError(result.error));
  return result.data;
}

function badRequest(message: string): ConveneError {
  return new ConveneError({
    code: "BadRequest",
    message,
    hint: "command and agent may have different versions: `systemctl restart convene`, then run this again",
  });
}
