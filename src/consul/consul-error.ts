/** What went wrong between convene and Consul, as a ConveneError in Consul's own words. */
import { z } from "zod";
import { ConveneError } from "../system/errors.ts";

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
export function consulError(doing: string, where: string, error: unknown): ConveneError {
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
  if (response) return answerError(doing, where, response);
  return new ConveneError({
    code: "ConsulUnreachable",
    message: `cannot ${doing}: Consul at ${where} does not answer: ${code ? `${code} ` : ""}${message}`,
    hint: "see whether its container runs (`convene status`) and what it says (`convene logs consul`)",
    subject: "consul",
    retryable: true,
  });
}

/** The same for an answer that is not 2xx. */
export function answerError(doing: string, where: string, answer: ConsulAnswer): ConveneError {
  const words = wordsOf(answer.body) || `HTTP ${answer.statusCode}`;
  const message = `cannot ${doing}: Consul at ${where} says: ${words}`;
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
      hint: "if this stays: Consul was started with another management token than the agent's (secret consul-management-token)",
      subject: "consul",
      retryable: true,
    });
  }
  if (answer.statusCode >= 500 || answer.statusCode === 429) {
    return new ConveneError({
      code: "ConsulNotReady",
      message,
      hint: "Consul runs but cannot serve yet; `convene logs consul` says why if this stays",
      subject: "consul",
      retryable: true,
    });
  }
  return new ConveneError({
    code: "ConsulError",
    message,
    hint: hintFor(answer.statusCode),
    subject: "consul",
  });
}

function hintFor(statusCode: number): string {
  if (statusCode === 403)
    return "the token handed to convene lacks this permission; it needs management rights";
  if (statusCode === 413) return "a value is larger than Consul takes (512 KB)";
  return "`convene logs consul` shows Consul's own log";
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
