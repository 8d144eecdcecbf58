/** README.md shows the failure catalogue as the tests have it, and the catalogue holds every failure. */
import { readFile } from "node:fs/promises";
import { expect } from "chai";
import { FAILURE_CATALOGUE } from "../lab/failure-catalogue.ts";
import { failureTable, README, withTable } from "../lab/failure-table.ts";

/** Those that must be broken in the real server: its own behaviour is what is looked at. */
const ON_REAL_SERVERS = [2, 4, 5, 6, 7, 8, 10, 11, 12, 16, 21, 23];

describe("the failure catalogue's table", () => {
  it("stands in the README as the tests have it (node test/lab/failure-table.ts writes it)", async () => {
    const text = await readFile(README, "utf8");
    expect(text).to.equal(withTable(text, failureTable(FAILURE_CATALOGUE)));
  });

  it("has every failure, in their order", () => {
    const rows = FAILURE_CATALOGUE.map(({ row }) => row);
    const last = Math.max(24, ...rows);
    expect([...new Set(rows)]).to.deep.equal(Array.from({ length: last }, (_, index) => index + 1));
    expect(rows).to.deep.equal(rows.toSorted((one, other) => one - other));
  });

  it("breaks a real server where one is to be had", () => {
    for (const row of ON_REAL_SERVERS) {
      const places = FAILURE_CATALOGUE.filter((line) => line.row === row).map(({ on }) => on);
      expect(
        places.filter((on) => !on.endsWith("stand-in") || on.startsWith("nftables")),
        `row ${row}`,
      ).to.deep.equal(places);
    }
  });
});
