/** Follows a script's assignments without running it: what its variables hold at the end, or that only running would tell. */
import { ExpressionReader, type Variables } from "./script-expressions.ts";
import { ScriptTape } from "./script-tape.ts";
import { readTokens } from "./script-tokens.ts";
import type { ScriptValue } from "./script-values.ts";

/** Whether a statement is carried out; `maybe` where its condition could not be told. */
type Effect = "yes" | "no" | "maybe";

/** Blocks within blocks. */
const MAXIMUM_DEPTH = 32;
const DECLARATIONS = ["var", "let", "const"];

/** Never throws and takes time linear in the script's length. What it does not understand, it skips. */
export function readScript(script: string): Variables {
  const tape = new ScriptTape(script, readTokens(script));
  const variables: Variables = new Map();
  const reader = new StatementReader(tape, variables);
  while (!tape.atEnd()) reader.statement("yes", 0);
  return variables;
}

class StatementReader {
  readonly #tape: ScriptTape;
  readonly #variables: Variables;
  readonly #expressions: ExpressionReader;

  constructor(tape: ScriptTape, variables: Variables) {
    this.#tape = tape;
    this.#variables = variables;
    this.#expressions = new ExpressionReader(tape, variables);
  }

  /** Always takes at least one token. */
  statement(effect: Effect, depth: number): void {
    const tape = this.#tape;
    const word = tape.peek();
    if (depth > MAXIMUM_DEPTH) return tape.skipOne();
    if (tape.sees("{")) return this.#block(effect, depth);
    if (word?.kind !== "name") {
      tape.skipOne();
      return this.#rest(effect);
    }
    if (word.value === "if" && tape.sees("(", 1)) return this.#condition(effect, depth);
    if (DECLARATIONS.includes(word.value)) {
      tape.next();
      do this.#assignment(effect, true);
      while (tape.take(","));
      return;
    }
    this.#assignment(effect, false);
  }

  #block(effect: Effect, depth: number): void {
    this.#tape.next();
    while (!this.#tape.atEnd() && !this.#tape.take("}")) this.statement(effect, depth + 1);
  }

  #condition(effect: Effect, depth: number): void {
    this.#tape.next();
    this.#tape.next();
    const truth = effect === "no" ? undefined : this.#expressions.truth();
    while (!this.#tape.atEnd() && !this.#tape.take(")")) this.#tape.skipOne();
    this.#branch(branchEffect(effect, truth), depth);
    this.#tape.take(";");
    if (this.#tape.takeWord("else")) {
      this.#branch(branchEffect(effect, truth === undefined ? undefined : !truth), depth);
    }
  }

  #branch(effect: Effect, depth: number): void {
    if (!this.#tape.atEnd()) this.statement(effect, depth + 1);
  }

  /** `name = …`, `config.hosts.domain = …`, `config["bosh"] = …`; anything else is skipped. */
  #assignment(effect: Effect, declares: boolean): void {
    const path = this.#path();
    const assigns = this.#tape.sees("=") && !this.#tape.sees("=", 1) && !this.#tape.sees(">", 1);
    if (!assigns) return declares && this.#tape.sees(",") ? undefined : this.#rest(effect, path.at(-1));
    this.#tape.next();
    // What is not carried out must not change anything, a call that merges included.
    const value = effect === "yes" ? this.#expressions.read() : this.#skipped();
    if (effect !== "no") this.#store(path, value);
    if (!declares || !this.#tape.sees(",")) this.#rest(effect);
  }

  #skipped(): ScriptValue {
    const line = this.#tape.line();
    const start = this.#tape.position();
    do this.#tape.skipOne();
    while (!this.#tape.atEnd() && !this.#statementEnds() && !this.#tape.sees(","));
    return { kind: "unreadable", source: this.#tape.sourceFrom(start), line };
  }

  #path(): readonly string[] {
    const path: string[] = [];
    while (this.#tape.peek()?.kind === "name") {
      path.push(this.#tape.next()?.value ?? "");
      if (this.#tape.sees("[") && this.#tape.peek(1)?.kind === "text" && this.#tape.sees("]", 2)) {
        path.push(this.#tape.peek(1)?.value ?? "");
        for (let taken = 0; taken < 3; taken += 1) this.#tape.next();
      }
      if (!this.#tape.take(".")) break;
    }
    // `window.config` is the variable `config`.
    return path[0] === "window" && path.length > 1 ? path.slice(1) : path;
  }

  #store(path: readonly string[], value: ScriptValue): void {
    const [name = "", ...fields] = path;
    const last = fields.pop();
    if (last === undefined) {
      this.#variables.set(name, value);
      return;
    }
    let object = this.#variables.get(name);
    for (const field of fields) object = object?.kind === "object" ? object.fields.get(field) : undefined;
    if (object?.kind === "object") object.fields.set(last, value);
  }

  /** The rest of a statement; a call `…(config, {…})` in it that is carried out is followed. */
  #rest(effect: Effect, called?: string): void {
    let deep = called !== "assign";
    while (!this.#statementEnds()) {
      if (this.#tape.sees("(") && effect === "yes") this.#expressions.merged(deep);
      else {
        deep = !this.#tape.seesWord("assign");
        this.#tape.skipOne();
      }
    }
    this.#tape.take(";");
  }

  #statementEnds(): boolean {
    const token = this.#tape.peek();
    if (token === undefined || this.#tape.sees(";") || this.#tape.sees("}")) return true;
    return token.first && token.kind === "name";
  }
}

function branchEffect(effect: Effect, truth: boolean | undefined): Effect {
  if (effect === "no" || truth === false) return "no";
  return effect === "yes" && truth === true ? "yes" : "maybe";
}
