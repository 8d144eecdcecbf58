import { expect } from "chai";
import { createOwnParticipants } from "../../../src/checks/own-participants.ts";

describe("the checks' own participants", () => {
  it("are counted by bridge from joining to leaving", () => {
    const own = createOwnParticipants();
    const leave = [own.join("10.10.1.21"), own.join("10.10.1.21"), own.join("10.10.1.22")];
    expect([own.count("10.10.1.21"), own.count("10.10.1.22"), own.count("10.10.1.23")]).to.deep.equal([
      2, 1, 0,
    ]);
    leave[0]?.();
    expect(own.count("10.10.1.21")).to.equal(1);
  });

  it("leave once, also when told twice", () => {
    const own = createOwnParticipants();
    const [first] = [own.join("10.10.1.21"), own.join("10.10.1.21")];
    first?.();
    first?.();
    expect(own.count("10.10.1.21")).to.equal(1);
  });
});
