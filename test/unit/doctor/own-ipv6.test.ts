import { expect } from "chai";
import { isOwnLack } from "../../../src/doctor/own-ipv6.ts";

const SITE = "2a01:4f8::1";
const INWARD = ["fe80::2", "fd00:1ab::2"];
const UNANSWERED = ["unreachable", "connect_timeout"];

describe("an IPv6 address that is not reached", () => {
  it("says nothing of the site when this machine has no address of the internet", () => {
    const asked = INWARD.flatMap((source) => UNANSWERED.map((reason) => isOwnLack(source, SITE, reason)));
    expect(asked).to.deep.equal([true, true, true, true]);
  });

  it("is the site's fault from an address of the internet, or from one whose kind is not known", () => {
    const asked = ["2a01:4f8::2", undefined].map((source) => isOwnLack(source, SITE, "unreachable"));
    expect(asked).to.deep.equal([false, false]);
  });

  it("is the site's fault when somebody answered there", () => {
    expect(INWARD.map((source) => isOwnLack(source, SITE, "port_closed"))).to.deep.equal([false, false]);
  });

  it("is the site's fault in a network of its own, where private addresses lead", () => {
    expect(isOwnLack("fd00:1ab::2", "fd00:1ab::1", "unreachable")).to.equal(false);
  });
});
