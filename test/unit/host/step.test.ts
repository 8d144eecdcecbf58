/** Steps run in order, each says what it did, and the first failure ends them. */
import { expect } from "chai";
import { requireRoot } from "../../../src/host/require-root.ts";
import { runSteps } from "../../../src/host/step.ts";
import type { StepOutcome } from "../../../src/host/step.ts";

function step(name: string, outcome: StepOutcome) {
  return { name, run: async () => await Promise.resolve({ outcome, detail: `of ${name}` }) };
}

describe("the steps of setting a host up", () => {
  it("each print one line, and only changes are counted", async () => {
    const lines: string[] = [];
    const steps = [step("user", "created"), step("folder", "already there"), step("file", "changed")];
    expect(await runSteps(steps, (line) => lines.push(line))).to.equal(2);
    expect(lines.map((line) => line.trim().replaceAll(/ +/g, " "))).to.deep.equal([
      "user created of user",
      "folder already there of folder",
      "file changed of file",
    ]);
  });

  it("end at the first that fails, with its error", async () => {
    const lines: string[] = [];
    const broken = { name: "broken", run: async () => await Promise.reject(new Error("disk full")) };
    const steps = [step("first", "created"), broken, step("never", "created")];
    const failure = await runSteps(steps, (line) => lines.push(line)).catch((error: unknown) =>
      String(error),
    );
    expect(failure).to.include("disk full");
    expect(lines).to.have.length(1);
  });

  it("are refused to anybody but root, with the command that works", () => {
    expect(() => requireRoot(1000, "convene init"))
      .to.throw("only root")
      .with.property("hint", "run `sudo convene init`");
    expect(() => requireRoot(0, "convene init")).to.not.throw();
  });
});
