/** The error a promise is expected to end with, so that tests can look at its code and words. */
import { ConveneError } from "../../src/system/errors.ts";

/** Throws when the promise resolves, or rejects with something that is not a ConveneError. */
export async function failureOf(promise: Promise<unknown>): Promise<ConveneError> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof ConveneError) return error;
    throw error;
  }
  throw new Error("it succeeded, though a failure was expected");
}
