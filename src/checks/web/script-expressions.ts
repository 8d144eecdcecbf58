/** Reads expressions: literals, concatenations of known texts, and the few calls that configurations make. */
import type { ScriptTape } from "./script-tape.ts";
import { mergeInto, type ScriptObject, type ScriptValue, truthOf } from "./script-values.ts";

/** Variables by name. */
export type Variables = Map<string, ScriptValue>;

const MAXIMUM_DEPTH = 32;
/** A text that doubles itself must not grow for ever. */
const MAXIMUM_TEXT = 4_096;
/** Signs an expression cannot go on after. */
const ENDS = [",", ";", ")", "]", "}", ":"];

export class ExpressionReader {
  readonly #tape: ScriptTape;
  readonly #variables: Variables;
  #depth = 0;
  /** Only whether the value is truthy is asked. */
  #asking = false;

  constructor(tape: ScriptTape, variables: Variables) {
    this.#tape = tape;
    this.#variables = variables;
  }

  /** One expression, up to what ends it; `unreadable` where more than is known here would have to be known. */
  read(): ScriptValue {
    const start = this.#tape.position();
    const line = this.#tape.line();
    this.#depth += 1;
    const value = this.#depth > MAXIMUM_DEPTH ? undefined : this.#sum();
    this.#depth -= 1;
    if (value !== undefined && this.#ended()) return value;
    while (!this.#tape.atEnd() && !this.#ended()) this.#tape.skipOne();
    return { kind: "unreadable", source: this.#tape.sourceFrom(start), line };
  }

  /** Whether a condition holds; undefined when only running the script could tell. */
  truth(): boolean | undefined {
    this.#asking = true;
    const value = this.read();
    this.#asking = false;
    return truthOf(value);
  }

  #ended(): boolean {
    const token = this.#tape.peek();
    if (token === undefined) return true;
    if (token.kind === "sign") return ENDS.includes(token.value);
    // A value on a new line begins the next statement: `config.a = 1⏎config.b = 2`.
    return token.first;
  }

  #sum(): ScriptValue | undefined {
    let sum = this.#operand();
    while (sum !== undefined && this.#tape.sees("+") && !this.#tape.sees("+", 1)) {
      this.#tape.next();
      sum = concatenated(sum, this.#operand());
    }
    return sum;
  }

  #operand(): ScriptValue | undefined {
    const line = this.#tape.line();
    let negations = 0;
    while (this.#tape.take("!")) negations += 1;
    const value = this.#chain();
    if (negations === 0 || value === undefined) return value;
    const truth = truthOf(value);
    return truth === undefined ? undefined : { kind: "truth", truth: truth === (negations % 2 === 0), line };
  }

  #chain(): ScriptValue | undefined {
    let value = this.#primary();
    while (value !== undefined && (this.#tape.sees(".") || this.#tape.sees("(") || this.#tape.sees("["))) {
      value = this.#tape.sees(".") ? this.#methodOf(value) : undefined;
    }
    return value;
  }

  #primary(): ScriptValue | undefined {
    const token = this.#tape.peek();
    if (token === undefined) return undefined;
    const { line } = token;
    if (token.kind === "text") {
      this.#tape.next();
      return token.value.length > MAXIMUM_TEXT ? undefined : { kind: "text", text: token.value, line };
    }
    if (token.kind === "name") return this.#named();
    if (this.#tape.sees("{")) return this.#object();
    if (this.#tape.sees("(")) return this.#parenthesized();
    if (this.#tape.sees("[")) {
      this.#tape.skipOne();
      return { kind: "other", truthy: true, line };
    }
    const negative = this.#tape.take("-");
    const number = this.#tape.peek();
    if (number?.kind !== "number") return undefined;
    this.#tape.next();
    return { kind: "other", truthy: Number(number.value) !== 0 || negative, line };
  }

  #parenthesized(): ScriptValue | undefined {
    this.#tape.next();
    const value = this.read();
    while (!this.#tape.atEnd() && !this.#tape.take(")")) this.#tape.skipOne();
    return value.kind === "unreadable" ? undefined : value;
  }

  #named(): ScriptValue | undefined {
    const { value: name = "", line = 1 } = this.#tape.next() ?? {};
    if (name === "true" || name === "false") return { kind: "truth", truth: name === "true", line };
    if (name === "null" || name === "undefined") return { kind: "other", truthy: false, line };
    const assigns = name === "Object" && this.#tape.sees(".") && this.#tape.peek(1)?.value === "assign";
    if (assigns) {
      this.#tape.next();
      this.#tape.next();
    }
    if (this.#tape.sees("(")) return this.merged(!assigns);
    const value = this.#variables.get(name);
    // An object under a second name would have to be followed under both.
    if (value?.kind === "object" && !this.#asking) return undefined;
    return value?.kind === "unreadable" ? undefined : value;
  }

  /**
   * The arguments of a call, `(config, {…})`: the second put over the first, as every function of that shape in a
   * configuration does (deepmerge, Object.assign). The value is the first; undefined for every other call.
   */
  merged(deep: boolean): ScriptObject | undefined {
    const name = this.#tape.peek(1);
    const target = name?.kind === "name" ? this.#variables.get(name.value) : undefined;
    if (target?.kind !== "object" || !this.#tape.sees(",", 2) || !this.#tape.sees("{", 3)) {
      this.#tape.skipOne();
      return undefined;
    }
    for (let taken = 0; taken < 3; taken += 1) this.#tape.next();
    const from = this.read();
    while (!this.#tape.atEnd() && !this.#tape.take(")")) this.#tape.skipOne();
    if (from.kind !== "object") return undefined;
    mergeInto(target, from, deep);
    return target;
  }

  /** `text.startsWith("x")` and `object.hasOwnProperty("x")` are what conditions ask. */
  #methodOf(value: ScriptValue): ScriptValue | undefined {
    const method = this.#tape.peek(1)?.value;
    const argument = this.#tape.peek(3);
    const { line } = value;
    if (!this.#tape.sees("(", 2) || argument?.kind !== "text" || !this.#tape.sees(")", 4)) return undefined;
    for (let taken = 0; taken < 5; taken += 1) this.#tape.next();
    if (method === "startsWith" && value.kind === "text") {
      return { kind: "truth", truth: value.text.startsWith(argument.value), line };
    }
    if (method === "hasOwnProperty" && value.kind === "object") {
      return { kind: "truth", truth: value.fields.has(argument.value), line };
    }
    return undefined;
  }

  #object(): ScriptObject | undefined {
    const line = this.#tape.line();
    const fields = new Map<string, ScriptValue>();
    this.#asking = false;
    this.#tape.next();
    while (!this.#tape.atEnd() && !this.#tape.take("}")) {
      const key = this.#tape.peek();
      const named = key?.kind === "name" || key?.kind === "text" || key?.kind === "number";
      if (named && this.#tape.sees(":", 1)) {
        this.#tape.next();
        this.#tape.next();
        fields.set(key.value, this.read());
      } else if (named && (this.#tape.sees(",", 1) || this.#tape.sees("}", 1))) {
        fields.set(key.value, this.read());
      } else {
        // A method, a getter, a spread: nothing that is looked for here.
        while (!this.#tape.atEnd() && !this.#tape.sees(",") && !this.#tape.sees("}")) this.#tape.skipOne();
      }
      while (!this.#tape.atEnd() && !this.#tape.sees(",") && !this.#tape.sees("}")) this.#tape.skipOne();
      this.#tape.take(",");
    }
    return { kind: "object", fields, line };
  }
}

function concatenated(left: ScriptValue, right: ScriptValue | undefined): ScriptValue | undefined {
  if (left.kind !== "text" || right?.kind !== "text") return undefined;
  const text = left.text + right.text;
  return text.length > MAXIMUM_TEXT ? undefined : { kind: "text", text, line: left.line };
}
