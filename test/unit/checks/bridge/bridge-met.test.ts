/** A bridge that cannot be asked anything says all the same whom its check is about. */
import { expect } from "chai";
import { createCheckContext } from "../../../../src/checks/check-context.ts";
import { runCheck } from "../../../../src/checks/registry.ts";
import { systemClock } from "../../../../src/system/clock.ts";
import { freePort } from "../../../lab/loopback-port.ts";

describe("a bridge check that ends before the bridge tells its addresses", () => {
  it("names those that it means, in the words of the addresses it would be told", async () => {
    const context = createCheckContext({ clock: systemClock, signal: new AbortController().signal });
    const addresses = { address: "127.0.0.1", publicAddresses: ["203.0.113.10", "2001:db8::1"] };
    const spec = { ...addresses, restPort: await freePort(), mediaPort: 9_999, mediaPortPlus: 2 };
    const result = await runCheck({ name: "bridge-2", kind: "bridge", spec, intervalSeconds: 60 }, context);
    expect(result).to.include({ reason: "port_closed" });
    expect(result.evidence["candidates"]).to.equal(
      "127.0.0.1:10001/meant 203.0.113.10:10001/meant [2001:db8::1]:10001/meant",
    );
  });
});
