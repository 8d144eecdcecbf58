/** Something that reads what strangers send, with what to feed it. */
import type { Material } from "./mutate.ts";

export interface FuzzTarget extends Material {
  readonly name: string;
  /** Throws when the reader does, or breaks a promise it makes about every input. */
  run(input: Uint8Array): void | Promise<void>;
}

export function bytesOf(...texts: readonly string[]): readonly Uint8Array[] {
  return texts.map((text) => Buffer.from(text));
}

export function hexBytes(...texts: readonly string[]): readonly Uint8Array[] {
  return texts.map((text) => Buffer.from(text.replaceAll(" ", ""), "hex"));
}

export function insist(condition: boolean, promise: string): void {
  if (!condition) throw new Error(`broken promise: ${promise}`);
}
