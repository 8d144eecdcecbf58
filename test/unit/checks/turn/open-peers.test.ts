/** Two faults of one relay, told at once. */
import { expect } from "chai";
import { CheckFailure } from "../../../../src/checks/check-run.ts";
import { besideOpenPeers } from "../../../../src/checks/turn/open-peers.ts";
import type { TurnReason } from "../../../../src/checks/turn/turn-reasons.ts";

function fault(reason: TurnReason): CheckFailure {
  return new CheckFailure<TurnReason>(reason, `it is ${reason}`, { evidence: { errorCode: 403 } });
}

describe("a relay that reaches whom it must not", () => {
  it("is told after what keeps people from meeting, and before what does not", () => {
    const peers = ["10.0.0.1", "169.254.169.254"];
    const told = (["data_lost", "own_relay_unreachable"] as const).map((reason) => {
      const both = besideOpenPeers(fault(reason), peers);
      expect(both.evidence).to.include({ errorCode: 403, openPeers: "10.0.0.1, 169.254.169.254" });
      return [both.reason, both.message];
    });
    const open = "the relay lets clients reach 10.0.0.1, 169.254.169.254";
    expect(told).to.deep.equal([
      ["data_lost", `it is data_lost; ${open}`],
      ["private_peer_allowed", `${open}; it is own_relay_unreachable`],
    ]);
  });

  it("changes nothing where it reaches nobody", () => {
    const failure = fault("data_lost");
    expect(besideOpenPeers(failure, [])).to.equal(failure);
  });
});
