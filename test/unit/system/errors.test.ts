import { expect } from "chai";
import { ConveneError, describeError, reportError } from "../../../src/system/errors.ts";
import { Secret } from "../../../src/system/secret.ts";

const location = { file: "site.yaml", line: 14, column: 3 };

describe("errors for people", () => {
  it("say where, what and what to do in one line", () => {
    const error = new ConveneError({ code: "X", message: "no such route", hint: "add one", location });
    expect(describeError(error)).to.equal("site.yaml:14:3: no such route (add one)");
  });

  it("name the object when there is no place in a file", () => {
    const error = new ConveneError({ code: "X", message: "it is gone", subject: "container/turn" });
    expect(describeError(error)).to.equal("container/turn: it is gone");
  });

  it("become plain data without what they do not have", () => {
    expect(reportError(new ConveneError({ code: "X", message: "m" }))).to.deep.equal({
      code: "X",
      message: "m",
      retryable: false,
    });
    const whole = { code: "X", message: "m", hint: "h", subject: "s", location, retryable: true };
    expect(reportError(new ConveneError({ ...whole, cause: new Error("below") }))).to.deep.equal(whole);
  });

  it("call what convene did not throw on purpose a defect", () => {
    for (const thrown of [new TypeError("x is undefined"), "x is undefined"]) {
      const report = reportError(thrown);
      expect(report).to.deep.include({ code: "InternalError", message: "x is undefined", retryable: false });
      expect(report.hint).to.contain("report");
    }
  });

  it("never carry a secret along", () => {
    const error = new ConveneError({ code: "X", message: `refused ${String(new Secret("hunter2"))}` });
    expect(JSON.stringify(reportError(error))).not.to.contain("hunter2");
  });
});
