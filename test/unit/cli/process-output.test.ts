/** Writing to a terminal that may go away. */
import { expect } from "chai";
import { Writable } from "node:stream";
import { createOutput } from "../../../src/cli/process-output.ts";

describe("the process's output", () => {
  it("ends quietly when nobody reads any more, and says so", async () => {
    const written: string[] = [];
    const stream = new Writable({
      write: (chunk: Buffer, _encoding, done) => {
        if (written.length === 1) return done(new Error("EPIPE"));
        written.push(chunk.toString());
        done();
      },
    });
    const output = createOutput(stream);
    output.write("one");
    output.write("two");
    await new Promise((resolve) => setImmediate(resolve));
    expect(output.gone?.aborted).to.equal(true);
    output.write("three");
    expect(written).to.deep.equal(["one"]);
  });
});
