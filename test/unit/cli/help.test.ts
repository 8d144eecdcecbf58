/** What the command line says of itself: help, and words it does not know. */
import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect } from "chai";
import { runProgram } from "../../../src/cli/program.ts";
import { createTestCli } from "../../lab/cli-dependencies.ts";

async function convene(
  words: readonly string[],
): Promise<{ code: number | undefined; out: string; err: string }> {
  const out: string[] = [];
  const err: string[] = [];
  const cli = createTestCli({
    stdout: { write: (text) => out.push(text) },
    stderr: { write: (text) => err.push(text) },
  });
  await runProgram(cli, words);
  return { code: cli.exitCode(), out: out.join(""), err: err.join("") };
}

describe("the command line's help", () => {
  it("says before an uninstall what goes and what stays", async () => {
    const { out } = await convene(["uninstall", "--help"]);
    const help = out.replaceAll(/\s+/g, " ");
    expect(help).to.include("remove the agent, its containers and their volumes");
    expect(help).to.include("repository, state and settings stay");
    expect(help).to.include("--keep-data keep the volumes too");
    expect(help).to.include("--purge remove repository, state, settings and user too");
  });

  it("says what it does not know in the form of its own errors", async () => {
    for (const words of [["fly"], ["status", "--fast"], ["logs"], ["logs", "turn", "--lines", "none"]]) {
      const { code, err } = await convene(words);
      expect(code, words.join(" ")).to.equal(1);
      expect(err, words.join(" ")).to.match(/^✗ .+\n {2}→ `convene --help` lists the commands.*\n$/);
    }
    expect((await convene(["statu"])).err).to.include("\n  (Did you mean status?)\n");
    expect((await convene(["doctor", "x", "--resolv"])).err).to.include("(Did you mean --resolve?)");
  });

  it("guesses only at what is nearly the word", async () => {
    for (const words of [["bogus"], ["sate"]])
      expect((await convene(words)).err, words.join(" ")).not.to.include("Did you mean");
  });

  it("loads neither YAML nor schemas to print its version", async () => {
    const program = join(import.meta.dirname, "../../../src/cli/program.ts");
    const { stdout } = await promisify(execFile)(process.execPath, [
      "--input-type=module",
      "-e",
      `import { registerHooks } from "node:module";
       registerHooks({ resolve(name, context, next) { console.log("load", name); return next(name, context); } });
       await import(${JSON.stringify(program)});`,
    ]);
    expect(stdout)
      .to.include("load commander")
      .and.not.to.match(/load (?:zod|yaml|simple-git|chokidar|node-cron)/);
  });
});
