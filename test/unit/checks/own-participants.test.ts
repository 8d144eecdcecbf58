import { expect } from "chai";
import { createOwnParticipants, type OwnParticipants } from "../../../src/checks/own-participants.ts";

describe("the checks' own participants", () => {
  let now: number;
  let own: OwnParticipants;
  beforeEach(() => {
    now = 0;
    own = createOwnParticipants({ now: () => now });
  });

  it("are counted by bridge until they leave", () => {
    const leave = [own.join("10.10.1.21"), own.join("10.10.1.21"), own.join("10.10.1.22")];
    now = 6_000;
    const counts = ["10.10.1.21", "10.10.1.22", "10.10.1.23"].map((address) => own.count(address));
    expect(counts).to.deep.equal([2, 1, 0]);
    leave[0]?.();
    expect(own.count("10.10.1.21")).to.equal(1);
  });

  it("are not counted before the bridge's statistics surely tell of them", () => {
    own.join("10.10.1.21");
    now = 5_999;
    own.join("10.10.1.21");
    expect(own.count("10.10.1.21")).to.equal(0);
    now = 6_000;
    expect(own.count("10.10.1.21")).to.equal(1);
  });

  it("leave once, also when told twice", () => {
    const [first] = [own.join("10.10.1.21"), own.join("10.10.1.21")];
    now = 10_000;
    first?.();
    first?.();
    expect(own.count("10.10.1.21")).to.equal(1);
  });

  it("are forgotten when the last has left, and counted anew afterwards", () => {
    const leave = own.join("10.10.1.21");
    leave();
    own.join("10.10.1.21");
    leave();
    now = 10_000;
    expect(own.count("10.10.1.21")).to.equal(1);
  });
});
