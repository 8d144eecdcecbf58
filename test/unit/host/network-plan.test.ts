/** The bridges' addresses, and what containers may not reach. */
import { expect } from "chai";
import { freeSubnetAfter, siteAccessRules, siteNetwork } from "../../../src/host/network-plan.ts";

const PLAN = { name: "convene0", ipv4: "10.10.1.1/24", owner: "convene" };

describe("the site's network", () => {
  it("keeps DHCP away from the addresses that convene gives out", () => {
    expect(siteNetwork(PLAN).config).to.include({
      "ipv4.address": "10.10.1.1/24",
      "ipv4.dhcp.ranges": "10.10.1.100-10.10.1.254",
      "ipv6.address": "none",
      "user.convene.owner": "convene",
    });
  });

  it("gives fixed IPv6 addresses where the site has IPv6", () => {
    const { config } = siteNetwork({ ...PLAN, ipv6: "fd42::1/64" });
    expect(config).to.include({ "ipv6.address": "fd42::1/64", "ipv6.dhcp.stateful": "true" });
  });

  it("uses the start of a larger network", () => {
    expect(siteNetwork({ ...PLAN, ipv4: "10.20.7.1/16" }).config["ipv4.dhcp.ranges"]).to.equal(
      "10.20.0.100-10.20.0.254",
    );
  });

  it("is refused when it has no room", () => {
    expect(() => siteNetwork({ ...PLAN, ipv4: "10.10.1.1/26" }))
      .to.throw("/24")
      .with.property("code", "NetworkTooSmall");
  });
});

describe("the build network", () => {
  it("is the next one that the host is not in", () => {
    expect(freeSubnetAfter("10.10.1.1/24", ["192.0.2.1", "10.10.2.7", "fe80::1"])).to.equal("10.10.3.1/24");
    expect(freeSubnetAfter("10.20.0.1/16", [])).to.equal("10.21.0.1/24");
  });
});

function destinations(addresses: readonly string[]): string {
  return siteAccessRules(PLAN, addresses)
    .egress.map((rule) => rule.destination)
    .join(",");
}

describe("the access rules of the site's network", () => {
  it("name the host's public addresses and its gateway", () => {
    expect(destinations(["203.0.113.9", "2001:db8::9"]))
      .to.include("203.0.113.9/32")
      .and.include("2001:db8::9/128");
    expect(destinations([])).to.include("10.10.1.1/32");
  });

  it("stay the same when other bridges of the host come and go", () => {
    expect(destinations(["203.0.113.9", "10.77.0.1", "fe80::5", "169.254.1.1"])).to.equal(
      destinations(["203.0.113.9"]),
    );
  });
});
