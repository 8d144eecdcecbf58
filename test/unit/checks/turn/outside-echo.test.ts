/** Where a relay says that it is, and whether packets are sent there from here. */
import { expect } from "chai";
import { createCheckContext } from "../../../../src/checks/check-context.ts";
import { CheckRun } from "../../../../src/checks/check-run.ts";
import type { ContactPolicy } from "../../../../src/checks/connect/contact-policy.ts";
import { mintTurnCredential } from "../../../../src/checks/stun/credentials.ts";
import { xorAddressAttribute } from "../../../../src/checks/stun/stun-address.ts";
import { Attribute, Method } from "../../../../src/checks/stun/stun-constants.ts";
import { echoFromOutside } from "../../../../src/checks/turn/outside-echo.ts";
import { withAllocation } from "../../../../src/checks/turn/with-allocation.ts";
import { createContactBounds } from "../../../../src/doctor/contact-bounds.ts";
import { systemClock } from "../../../../src/system/clock.ts";
import {
  type Behaviour,
  isAuthenticated,
  polite,
  reply,
  STAND_IN_KEY,
  STAND_IN_NOW,
  STAND_IN_SECRET,
  startStandInUdp,
} from "../../../lab/misbehaving-turn.ts";

/** A relay behind NAT that tells its private address, and permits whoever is asked for. */
const behindNat: Behaviour = (request, count) => {
  const { method, transactionId } = request;
  const told = (type: number, address: string): ReturnType<typeof xorAddressAttribute> =>
    xorAddressAttribute(type, { address, port: 50_000 }, transactionId);
  if (method === Method.binding) return reply(request, 2, [told(Attribute.xorMappedAddress, "8.8.8.8")]);
  if (method !== Method.allocate || !isAuthenticated(request)) return polite(request, count);
  return reply(request, 2, [told(Attribute.xorRelayedAddress, "10.0.0.5")], STAND_IN_KEY);
};

/** The bounds towards a stranger, who in this test is on loopback. */
function strangersBounds(): ContactPolicy {
  const bounds = createContactBounds(false);
  return {
    ...bounds,
    refusal: (address) => (address === "127.0.0.1" ? undefined : bounds.refusal(address)),
  };
}

describe("a packet from here to the relayed address", () => {
  it("is not sent to a private one that a stranger names, and nothing is prepared for it", async () => {
    const server = await startStandInUdp(behindNat);
    const said: string[] = [];
    const { signal } = new AbortController();
    const clock = { ...systemClock, now: () => STAND_IN_NOW };
    const transcript = (line: string): void => void said.push(line);
    const run = new CheckRun(
      createCheckContext({ clock, signal, transcript, contacts: strangersBounds() }),
      signal,
    );
    const address = { host: "127.0.0.1", address: "127.0.0.1", port: server.port };
    const credential = mintTurnCredential(STAND_IN_SECRET, "convene-check", STAND_IN_NOW, 300);
    const request = { credential };
    try {
      const echo = await withAllocation(
        { ...address, transport: "udp", allowSelfSigned: false },
        request,
        run,
        (open) => echoFromOutside(address, open, run),
      );
      expect(echo).to.equal("not_tested");
    } finally {
      server.stop();
    }
    expect(said.join("\n")).to.contain("10.0.0.5 is not contacted");
    const asked = new Set(server.seen.map(({ method }) => method));
    expect([...asked]).to.deep.equal([Method.allocate, Method.refresh]);
  });
});
