/** Programs end in time, and their failures are told in their own words. */
import { expect } from "chai";
import { runCommand } from "../../../src/host/command.ts";
import { failureOf } from "../../lab/failure.ts";

function shell(script: string): { command: string; arguments: string[] } {
  return { command: "sh", arguments: ["-c", script] };
}

describe("a program of the host", () => {
  it("gets its input, and nothing of our environment", async () => {
    const result = await runCommand({
      ...shell("cat; env | cut -d= -f1 | sort | tr '\\n' ' '"),
      stdin: "hello ",
    });
    expect(result.stdout).to.match(/^hello HOME LC_ALL PATH/);
  });

  it("that fails is told with its last words, exit code and what to do", async () => {
    const error = await failureOf(runCommand(shell("echo first; echo 'no space left' >&2; exit 3")));
    expect(error.code).to.equal("CommandFailed");
    expect(error.message).to.include("exit code 3").and.include("no space left");
    expect(error.hint).to.be.a("string");
  });

  it("may answer with an exit code that is no error", async () => {
    const result = await runCommand({ ...shell("exit 2"), accept: [0, 2] });
    expect(result.exitCode).to.equal(2);
  });

  it("that hangs is ended at its deadline", async () => {
    const error = await failureOf(runCommand({ ...shell("exec sleep 30"), timeoutMs: 100 }));
    expect(error.message).to.include("did not end within 0.1 s");
  });

  it("that is not installed is told by its name", async () => {
    const error = await failureOf(runCommand({ command: "no-such-program", arguments: [] }));
    expect(error.hint).to.include("no-such-program");
  });
});
