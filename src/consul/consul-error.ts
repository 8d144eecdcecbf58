/** What went wrong between convene and Consul, as a ConveneError in Consul's own words. */
import { z } from "zod";
import { ConveneError } from "../system/errors.ts";
import { logHint, tokenHint, unreachableHint } from "./consul-hints.ts";
import { type ConsulPlace, placeName } from "./endpoint.ts";

/** The parts of the client library's errors that are read (papi: ResponseError, TimeoutError, node's own). */
const ClientError = z.object({
  message: z.string(),
  code: z.string().optional(),
  isTimeout: z.boolean().optional(),
  isAbort: z.boolean().optional(),
  response: z.object({ statusCode: z.number(), body: z.unknown() }).optional(),
});

const TransactionErrors = z.object({
  Errors: z.array(z.object({ OpIndex: z.number(), What: z.string() })).min(1),
});

export interface ConsulAnswer {
  readonly statusCode: number;
  readonly body: unknown;
}

/**
 * Maps anything the client threw. Nothing of the request is kept as a cause: its headers hold the token.
 * @param doing what was being done, as the beginning of a sentence: `read keys below service/`
 */
export function consulError(doing: string, place: ConsulPlace, error: unknown): ConveneError {
  if (error instanceof ConveneError) return error;
  const parsed = ClientError.safeParse(error);
  if (!parsed.success) {
    return new ConveneError({
      code: "ConsulError",
      message: `cannot ${doing}: ${String(error)}`,
      subject: "consul",
    });
  }
  const { response, message, code } = parsed.data;
  if (response) return answerError(doing, place, response);
  return new ConveneError({
    code: "ConsulUnreachable",
    message: `cannot ${doing}: Consul at ${placeName(place)} does not answer: ${code ? `${code} ` : ""}${message}`,
    hint: unreachableHint(place, code),
    subject: "consul",
    retryable: true,
  });
}

/** The same for an answer that is not 2xx. */
export function answerError(doing: string, place: ConsulPlace, answer: ConsulAnswer): ConveneError {
  const words = wordsOf(answer.body) || `HTTP ${answer.statusCode}`;
  const message = `cannot ${doing}: Consul at ${placeName(place)} says: ${words}`;
  if (answer.statusCode === 409 && /stale|lock/i.test(words)) {
    return new ConveneError({
      code: "ConsulConflict",
      message,
      hint: "something else wrote the same inventory at the same moment; the next pass compares anew",
      subject: "consul",
      retryable: true,
    });
  }
  if (/ACL not found/i.test(words)) {
    return new ConveneError({
      code: "ConsulNotReady",
      message,
      hint: tokenHint(place),
      subject: "consul",
      retryable: true,
    });
  }
  if (answer.statusCode === 403 || /permission denied/i.test(words)) {
    return new ConveneError({
      code: "ConsulDenied",
      message,
      hint: tokenHint(place),
      subject: "consul",
      retryable: true,
    });
  }
  if (answer.statusCode >= 500 || answer.statusCode === 429) {
    return new ConveneError({
      code: "ConsulNotReady",
      message,
      hint: `Consul runs but cannot serve yet; if this stays, ${logHint(place, "why")}`,
      subject: "consul",
      retryable: true,
    });
  }
  return new ConveneError({
    code: "ConsulError",
    message,
    hint: hintFor(place, answer.statusCode, words),
    subject: "consul",
  });
}

/** An answer that was cut off: more than `bytes` at this path. */
export function answerTooLarge(path: string, where: string, bytes: number): ConveneError {
  return tooLarge(`Consul at ${where} answers ${path} with more than ${bytes / 2 ** 20} MiB`);
}

export function tooManyKeys(doing: string, place: ConsulPlace, most: number): ConveneError {
  return tooLarge(`cannot ${doing}: Consul at ${placeName(place)} holds more than ${most} keys there`);
}

/** Retryable like an unreachable Consul: everything that needs no keys goes on meanwhile. */
function tooLarge(message: string): ConveneError {
  return new ConveneError({
    code: "ConsulTooLarge",
    message,
    hint: "below service/ modules keep a few settings each: find what writes there (`consul kv get -keys service/`) and let it keep its data elsewhere",
    subject: "consul",
    retryable: true,
  });
}

function hintFor(place: ConsulPlace, statusCode: number, words: string): string {
  if (statusCode === 413) return "a value is larger than Consul takes (512 KB)";
  if (/HTTP request to an HTTPS server/i.test(words)) return "write https:// in the Site's spec.consul.url";
  return logHint(place, "more");
}

function wordsOf(body: unknown): string {
  const transaction = TransactionErrors.safeParse(body);
  if (transaction.success) {
    return transaction.data.Errors.map((one) => `operation ${one.OpIndex}: ${one.What}`).join("; ");
  }
  if (body === undefined || body === null) return "";
  const text = Buffer.isBuffer(body) || typeof body === "string" ? body.toString() : JSON.stringify(body);
  return text.trim().slice(0, 500);
}
