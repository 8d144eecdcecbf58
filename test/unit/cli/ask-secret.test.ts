/** A password at the terminal: typed unseen, corrected, or not given. */
import { EventEmitter } from "node:events";
import { expect } from "chai";
import { askSecret } from "../../../src/cli/ask-secret.ts";

/** As much of a terminal as is asked for. */
class Terminal extends EventEmitter {
  readonly isTTY: boolean = true;
  raw = false;
  setRawMode(raw: boolean): this {
    this.raw = raw;
    return this;
  }
  setEncoding(): this {
    return this;
  }
  resume(): this {
    return this;
  }
  pause(): this {
    return this;
  }
}

describe("asking for a password", () => {
  let terminal: Terminal;
  let shown: string;
  let stopping: AbortController;

  beforeEach(() => {
    stopping = new AbortController();
    terminal = new Terminal();
    shown = "";
  });

  async function answer(...typed: readonly string[]): Promise<string> {
    const asked = askSecret("Password: ", terminal, (text) => (shown += text), stopping.signal);
    expect(terminal.raw).to.equal(true);
    for (const keys of typed) terminal.emit("data", keys);
    try {
      return (await asked).reveal();
    } catch (error) {
      return String(error instanceof Error && "code" in error ? error.code : error);
    } finally {
      expect(terminal.raw).to.equal(false);
      expect(terminal.listenerCount("data")).to.equal(0);
    }
  }

  it("shows the question and nothing of the answer", async () => {
    expect(await answer("gé", "heim", "\r")).to.equal("géheim");
    expect(shown).to.equal("Password: \n");
  });

  it("takes a pasted line up to its end, and corrections", async () => {
    expect(await answer("abc\u007f\u007fd\re")).to.equal("ad");
    expect(await answer("\u007fx\u0004")).to.equal("x");
  });

  it("ends with Ctrl-C", async () => {
    expect(await answer("abc\u0003")).to.equal("Interrupted");
  });

  it("ends when the command is stopped while it waits, and at once when it was stopped before", async () => {
    const waiting = answer("abc");
    stopping.abort(new Error("stopped by SIGINT"));
    expect(await waiting).to.equal("Interrupted");
    expect(await answer()).to.equal("Interrupted");
  });

  it("shows the question only when nothing typed can be seen any more", async () => {
    const rawAtQuestion: boolean[] = [];
    const write = (): void => void rawAtQuestion.push(terminal.raw);
    const asked = askSecret("Password: ", terminal, write, stopping.signal);
    terminal.emit("data", "\r");
    await asked;
    expect(rawAtQuestion[0]).to.equal(true);
  });

  it("is refused where there is no terminal", async () => {
    const pipe = Object.assign(new Terminal(), { isTTY: false });
    const asked = askSecret("Password: ", pipe, () => undefined, stopping.signal);
    expect(await asked.catch((thrown: unknown) => thrown)).to.include({ code: "NoTerminal" });
  });
});
