/** What one look is worth. */
import { expect } from "chai";
import { judgeLook } from "../../../../src/checks/states/judge-look.ts";
import { checkResult } from "../../../lab/sample-check.ts";

describe("one look at a check", () => {
  function outcome(reason: string, severity: "critical" | "warning" | "info" = "critical"): string {
    const result = checkResult({ name: "conference", kind: "conference", ok: false, reason, severity });
    return judgeLook(result, (_kind, one) => one === "cert_expired");
  }

  it("says nothing of the site when the check itself is broken, its media process included", () => {
    for (const reason of ["internal_error", "invalid_spec", "media_process_failed"]) {
      expect(outcome(reason), reason).to.equal("defect");
    }
  });

  it("is bad when it found a fault, certain when nobody need look again, and good when it only warns", () => {
    expect(outcome("audio_lost")).to.equal("bad");
    expect(outcome("cert_expired")).to.equal("certain");
    expect(outcome("high_loss", "warning")).to.equal("good");
    expect(outcome("draining", "info")).to.equal("draining");
    expect(outcome("aborted")).to.equal("void");
  });
});
