/** Nothing that a server said leaves a report with a control character in it. */
import { expect } from "chai";
import { printableRung } from "../../../src/doctor/printable-rung.ts";
import { askedRung, sampleFinding, skippedRung } from "../../lab/sample-doctor.ts";

const EVIL = "a\u001b]0;b\u0007\u009b\u202e\r\n";
const SAFE = "a\\u001b]0;b\\u0007\\u009b\\u202e\\r\\n";

describe("a rung that holds a server's words", () => {
  it("has them escaped in every text", () => {
    const evidence = { [EVIL]: EVIL };
    const finding = sampleFinding("x", { target: EVIL, message: EVIL, advice: EVIL, evidence });
    const [check] = askedRung("page", "").checks;
    const checks = check === undefined ? [] : [{ ...check, target: EVIL, message: EVIL, evidence }];
    const rung = printableRung(askedRung("page", EVIL, { findings: [finding], notes: [EVIL], checks }));
    expect(JSON.stringify(rung)).not.to.match(/[\u007f-\u009f\u202e]|(?<!\\)\\(?:u00|[rn])/);
    expect(rung).to.deep.include({ summary: SAFE, notes: [SAFE] });
    expect(rung.state === "not_asked" ? [] : rung.findings).to.deep.include({
      ...finding,
      target: SAFE,
      message: SAFE,
      advice: SAFE,
      evidence: { [SAFE]: SAFE },
    });
    expect(rung.state === "not_asked" ? undefined : rung.checks[0]).to.deep.include({
      target: SAFE,
      message: SAFE,
    });
    expect(printableRung(skippedRung("room", EVIL))).to.deep.include({ because: SAFE });
  });

  it("has them cut", () => {
    expect(printableRung(skippedRung("room", "x".repeat(100_000))))
      .to.have.property("because")
      .with.length(1_001);
  });
});
