/** A value that must never be shown: every way of printing it says `***`. */
import { inspect } from "node:util";

export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  /** The real value. Call it only where it is handed to the one place that needs it. */
  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return "***";
  }

  toJSON(): string {
    return "***";
  }

  [inspect.custom](): string {
    return "***";
  }
}

/** Reveals a secret, or returns a plain value as it is. */
export function revealed(value: string | Secret): string {
  return value instanceof Secret ? value.reveal() : value;
}
