/** The bounds of a site tree. */
import { expect } from "chai";
import * as fc from "fast-check";
import { checkPath, TREE_LIMITS, TreeBudget } from "../../../src/source/tree-limits.ts";

describe("the bounds of a tree", () => {
  it("hold the number of files, the size of each and of all", () => {
    const limits = { ...TREE_LIMITS, files: 3, fileBytes: 10, totalBytes: 25 };
    const fill = (...sizes: number[]) => {
      const budget = new TreeBudget(limits);
      sizes.forEach((size, index) => {
        budget.add(`f${index}.yaml`, size);
      });
    };
    expect(() => fill(10, 10, 5)).not.to.throw();
    expect(() => fill(1, 1, 1, 1)).to.throw("more than 3 files");
    expect(() => fill(11)).to.throw("a file of 11 bytes");
    expect(() => fill(10, 10, 6)).to.throw("more than 25 bytes in all");
  });

  it("refuse names that leave the tree or cannot be printed", () => {
    for (const path of [
      "../x",
      "a/../b",
      "/etc/passwd",
      "a//b",
      "a/./b",
      "a\nb",
      "a\\b",
      "a\u0007",
      "x\ufffd",
    ]) {
      expect(() => checkPath(path, TREE_LIMITS), JSON.stringify(path))
        .to.throw()
        .with.property("code", "UnsafePath");
    }
    expect(() => checkPath(`${"d/".repeat(17)}f`, TREE_LIMITS)).to.throw("deeper than 16");
    expect(() => checkPath("Räume/große..datei.yaml", TREE_LIMITS)).not.to.throw();
  });

  it("never let a path through that resolves outside the tree", () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom("..", ".", "", "a", "b.yaml"), { maxLength: 6 }), (parts) => {
        const path = parts.join("/");
        try {
          checkPath(path, TREE_LIMITS);
        } catch {
          return true;
        }
        return !path.split("/").includes("..") && !path.startsWith("/");
      }),
    );
  });
});
