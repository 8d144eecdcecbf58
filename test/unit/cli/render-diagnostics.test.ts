/** Manifest errors as they are printed. */
import { expect } from "chai";
import { renderDiagnostics, renderDiagnosticsSummary } from "../../../src/cli/render-diagnostics.ts";

const TREE = [{ path: "site.yaml", content: Buffer.from("kind: Site\nspec:\n  domian: \u001bmeet\n") }];
const UNKNOWN = {
  code: "UnknownField",
  message: "unknown field domian",
  hint: "allowed: domain",
  location: { file: "site.yaml", line: 3, column: 3 },
};

describe("manifest errors", () => {
  it("have their place, the line with a mark under it, and what is allowed", () => {
    expect(renderDiagnostics([UNKNOWN], TREE)).to.deep.equal([
      "site.yaml:3:3: unknown field domian",
      "    3 |   domian: \\u{1b}meet",
      "      |   ^",
      "    → allowed: domain",
    ]);
  });

  it("are printed without an excerpt where there is no such line", () => {
    const lost = { ...UNKNOWN, location: { file: "other.yaml", line: 9, column: 1 } };
    expect(renderDiagnostics([lost], TREE)).to.have.length(2);
  });

  it("are counted, and cut where they help nobody", () => {
    const many = Array.from({ length: 150 }, () => UNKNOWN);
    expect(renderDiagnostics(many, TREE).at(-1)).to.equal("… and 50 more");
    expect(renderDiagnosticsSummary(many)).to.equal("150 errors in 1 file");
  });
});
