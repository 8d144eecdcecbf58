import { expect } from "chai";
import { createOwnParticipants, type OwnParticipants } from "../../../src/checks/own-participants.ts";

describe("the checks' own participants", () => {
  let now: number;
  let own: OwnParticipants;
  beforeEach(() => {
    now = 0;
    own = createOwnParticipants({ monotonic: () => now });
  });

  it("are counted by bridge from the moment they come", () => {
    for (const address of ["10.10.1.21", "10.10.1.21", "10.10.1.22"]) own.join(address);
    const counts = ["10.10.1.21", "10.10.1.22", "10.10.1.23"].map((address) => own.count(address));
    expect(counts).to.deep.equal([2, 1, 0]);
    now = 3_600_000;
    expect(own.count("10.10.1.21")).to.equal(2);
  });

  it("are counted until the bridge's statistics surely tell of them no longer", () => {
    const leave = own.join("10.10.1.21");
    own.join("10.10.1.21");
    now = 1_000;
    leave();
    now = 6_999;
    expect(own.count("10.10.1.21")).to.equal(2);
    now = 7_000;
    expect(own.count("10.10.1.21")).to.equal(1);
  });

  it("leave once, also when told twice", () => {
    const leave = own.join("10.10.1.21");
    leave();
    now = 5_000;
    leave();
    now = 6_000;
    expect(own.count("10.10.1.21")).to.equal(0);
  });
});
