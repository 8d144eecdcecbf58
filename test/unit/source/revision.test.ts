/** Revisions: commit and catalogue version in one word. */
import { expect } from "chai";
import {
  commitOf,
  formatRevision,
  isCommit,
  matchesRevision,
  parseRevision,
  shortRevision,
} from "../../../src/source/revision.ts";

const COMMIT = "8c2e4f1".padEnd(40, "0");

describe("a revision", () => {
  it("is written and read back", () => {
    const revision = { commit: COMMIT, catalogue: "1" };
    expect(formatRevision(revision)).to.equal(`${COMMIT}+catalogue@1`);
    expect(parseRevision(formatRevision(revision))).to.deep.equal(revision);
    expect(parseRevision(COMMIT)).to.equal(undefined);
    expect(commitOf(`${COMMIT}+catalogue@1`)).to.equal(COMMIT);
    expect(shortRevision(`${COMMIT}+catalogue@1`)).to.equal("8c2e4f1");
  });

  it("is meant by itself, by its commit, and by at least seven of its digits", () => {
    const actual = `${COMMIT}+catalogue@1`;
    for (const asked of [actual, COMMIT, "8c2e4f1"])
      expect(matchesRevision(asked, actual), asked).to.equal(true);
    for (const asked of ["8c2e4f", `${COMMIT}+catalogue@2`, "a".repeat(40), ""]) {
      expect(matchesRevision(asked, actual), asked).to.equal(false);
    }
  });

  it("is also meant by the bare commit of a pass that never knew its catalogue", () => {
    expect(matchesRevision(`${COMMIT}+catalogue@1`, COMMIT)).to.equal(true);
    expect(matchesRevision(`${COMMIT}+catalogue@1`, "a".repeat(40))).to.equal(false);
  });

  it("takes SHA-1 and SHA-256 names as commits, and nothing shorter", () => {
    expect(isCommit("a".repeat(40))).to.equal(true);
    expect(isCommit("a".repeat(64))).to.equal(true);
    for (const text of ["a".repeat(39), "main", "A".repeat(40), `${"a".repeat(40)}\n`]) {
      expect(isCommit(text)).to.equal(false);
    }
  });
});
