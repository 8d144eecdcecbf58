/** The tokens of a script under a reading head, with the ways to skip what is not understood. */
import type { Token } from "./script-tokens.ts";

const OPENING = "([{";
const CLOSING = ")]}";

export class ScriptTape {
  readonly #script: string;
  readonly #tokens: readonly Token[];
  #at = 0;

  constructor(script: string, tokens: readonly Token[]) {
    this.#script = script;
    this.#tokens = tokens;
  }

  atEnd(): boolean {
    return this.#at >= this.#tokens.length;
  }

  peek(ahead = 0): Token | undefined {
    return this.#tokens[this.#at + ahead];
  }

  next(): Token | undefined {
    this.#at += 1;
    return this.#tokens[this.#at - 1];
  }

  /** Whether the token is that sign. */
  sees(sign: string, ahead = 0): boolean {
    const token = this.peek(ahead);
    return token?.kind === "sign" && token.value === sign;
  }

  seesWord(word: string): boolean {
    const token = this.peek();
    return token?.kind === "name" && token.value === word;
  }

  /** Takes the sign if it comes next. */
  take(sign: string): boolean {
    const there = this.sees(sign);
    if (there) this.#at += 1;
    return there;
  }

  takeWord(word: string): boolean {
    const there = this.seesWord(word);
    if (there) this.#at += 1;
    return there;
  }

  /** Past one token, or past everything between brackets. */
  skipOne(): void {
    let depth = 0;
    do {
      const token = this.next();
      if (token === undefined) return;
      if (token.kind !== "sign") continue;
      if (OPENING.includes(token.value)) depth += 1;
      else if (CLOSING.includes(token.value)) depth -= 1;
    } while (depth > 0);
  }

  /** Where the next token begins, to be given to `sourceFrom` later. */
  position(): number {
    return this.peek()?.start ?? this.#script.length;
  }

  line(): number {
    return this.peek()?.line ?? this.#tokens.at(-1)?.line ?? 1;
  }

  /** The script from a position to the last token taken, trimmed for a message. */
  sourceFrom(position: number): string {
    const end = this.#tokens[this.#at - 1]?.end ?? position;
    return this.#script.slice(position, Math.min(end, position + 80)).replaceAll(/\s+/g, " ");
  }
}
