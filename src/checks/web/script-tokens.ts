/** Cuts JavaScript into tokens without understanding it, in time linear in its length and whatever it holds. */

export interface Token {
  /** `broken` is what no token can be made of, such as a string that its line ends. */
  readonly kind: "name" | "text" | "number" | "sign" | "pattern" | "broken";
  /** A name or sign as written, a text's value with its escapes resolved. */
  readonly value: string;
  readonly line: number;
  /** Whether it is the first on its line, where a statement before it may have ended by itself. */
  readonly first: boolean;
  /** Where it lies in the script. */
  readonly start: number;
  readonly end: number;
}

const NAME_START = /[A-Za-z_$]/;
const NAME_PART = /[A-Za-z0-9_$]/;
const DIGIT = /[0-9]/;

/** All tokens of the script; comments and white space are left out. */
export function readTokens(script: string): readonly Token[] {
  return new Scanner(script).all();
}

class Scanner {
  readonly #script: string;
  readonly #tokens: Token[] = [];
  #at = 0;
  #line = 1;
  /** Where the token before ended. */
  #lineBefore = 0;

  constructor(script: string) {
    this.#script = script;
  }

  all(): readonly Token[] {
    while (this.#at < this.#script.length) this.#step();
    return this.#tokens;
  }

  #step(): void {
    const character = this.#script[this.#at] ?? "";
    const two = this.#script.slice(this.#at, this.#at + 2);
    if (character === "\n") {
      this.#line += 1;
      this.#at += 1;
    } else if (character.trim() === "") this.#at += 1;
    else if (two === "//") this.#at = this.#endOfLine();
    else if (two === "/*") this.#skipTo(this.#script.indexOf("*/", this.#at + 2), 2);
    else if (NAME_START.test(character)) this.#word("name");
    else if (DIGIT.test(character)) this.#word("number");
    else if (character === '"' || character === "'") this.#text(character);
    else if (character === "`") this.#template();
    else if (character === "/" && this.#operandExpected()) this.#pattern();
    else this.#push("sign", character, this.#at + 1);
  }

  /** `line` is where it began. */
  #push(kind: Token["kind"], value: string, end: number, line = this.#line): void {
    const first = line > this.#lineBefore;
    this.#lineBefore = this.#line;
    this.#tokens.push({ kind, value, line, first, start: this.#at, end });
    this.#at = end;
  }

  #word(kind: "name" | "number"): void {
    let end = this.#at + 1;
    const part = kind === "name" ? NAME_PART : /[0-9A-Za-z_.]/;
    while (end < this.#script.length && part.test(this.#script[end] ?? "")) end += 1;
    this.#push(kind, this.#script.slice(this.#at, end), end);
  }

  #text(quote: string): void {
    const line = this.#line;
    let value = "";
    let at = this.#at + 1;
    for (; at < this.#script.length; at += 1) {
      const character = this.#script[at] ?? "";
      if (character === quote) return this.#push("text", value, at + 1, line);
      if (character === "\n") break;
      if (character !== "\\") {
        value += character;
        continue;
      }
      const escape = readEscape(this.#script, at + 1);
      if (this.#script[at + 1] === "\n") this.#line += 1;
      value += escape.value;
      at = escape.end - 1;
    }
    this.#push("broken", "", at, line);
  }

  /** Only a template without substitutions is a text. */
  #template(): void {
    const line = this.#line;
    let at = this.#at + 1;
    let plain = true;
    for (; at < this.#script.length; at += 1) {
      const character = this.#script[at];
      if (character === "`") break;
      if (character === "\n") this.#line += 1;
      if (character === "\\" || (character === "$" && this.#script[at + 1] === "{")) plain = false;
      if (character === "\\") at += 1;
    }
    const end = Math.min(at + 1, this.#script.length);
    const closed = this.#script[at] === "`";
    this.#push(plain && closed ? "text" : "broken", this.#script.slice(this.#at + 1, at), end, line);
  }

  /** A regular expression ends on its line; a slash within brackets does not end it. */
  #pattern(): void {
    const last = this.#endOfLine();
    let inClass = false;
    let at = this.#at + 1;
    for (; at < last; at += 1) {
      const character = this.#script[at];
      if (character === "\\") at += 1;
      else if (character === "[") inClass = true;
      else if (character === "]") inClass = false;
      else if (character === "/" && !inClass) return this.#push("pattern", "", at + 1);
    }
    this.#push("broken", "", Math.max(last, this.#at + 1));
  }

  /** A slash divides after a value, and begins a regular expression anywhere else. */
  #operandExpected(): boolean {
    const before = this.#tokens.at(-1);
    return before === undefined || (before.kind === "sign" && !")]}".includes(before.value));
  }

  #endOfLine(): number {
    const end = this.#script.indexOf("\n", this.#at);
    return end < 0 ? this.#script.length : end;
  }

  #skipTo(found: number, length: number): void {
    const end = found < 0 ? this.#script.length : found + length;
    for (let at = this.#script.indexOf("\n", this.#at); at >= 0 && at < end; ) {
      this.#line += 1;
      at = this.#script.indexOf("\n", at + 1);
    }
    this.#at = end;
  }
}

const SIMPLE_ESCAPES: Readonly<Record<string, string>> = {
  n: "\n",
  r: "\r",
  t: "\t",
  b: "\b",
  f: "\f",
  v: "\v",
  0: "\0",
  "\n": "",
};

/** What follows a backslash (ECMAScript section 12.9.4), and where it ends. */
function readEscape(script: string, at: number): { readonly value: string; readonly end: number } {
  const rest = script.slice(at, at + 10);
  const coded = /^(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|u\{([0-9a-fA-F]{1,6})\})/.exec(rest);
  if (coded !== null) {
    const code = Number.parseInt(coded[1] ?? coded[2] ?? coded[3] ?? "0", 16);
    return { value: code > 0x10ffff ? "" : String.fromCodePoint(code), end: at + coded[0].length };
  }
  const character = script[at] ?? "";
  return { value: SIMPLE_ESCAPES[character] ?? character, end: at + 1 };
}
