import { BlockList } from "node:net";
import { expect } from "chai";
import { assert, integer, nat, property } from "fast-check";
import { containerAccessAcl } from "../../../src/lxd/container-access.ts";
import { privateRangesWithout } from "../../../src/lxd/private-ranges.ts";

function listOf(blocks: readonly string[]): BlockList {
  const list = new BlockList();
  for (const block of blocks) {
    const [address = "", length = ""] = block.split("/");
    list.addSubnet(address, Number(length), address.includes(":") ? "ipv6" : "ipv4");
  }
  return list;
}

/** Address number `number` of 10.0.0.0/8. */
function dotted(number: number): string {
  return `10.${number >> 16}.${(number >> 8) & 255}.${number & 255}`;
}

describe("private ranges", () => {
  it("leaves exactly the containers' network out", () => {
    const list = listOf(privateRangesWithout(["10.10.1.1/24", "fd42:1:2:3::1/64"]));
    for (const address of [
      "10.10.0.255",
      "10.10.2.0",
      "10.0.0.1",
      "192.168.1.1",
      "172.31.255.255",
      "169.254.169.254",
    ]) {
      expect(list.check(address), address).to.equal(true);
    }
    for (const address of ["10.10.1.0", "10.10.1.255", "203.0.113.1", "172.32.0.1", "100.128.0.1"]) {
      expect(list.check(address), address).to.equal(false);
    }
    expect(list.check("fd42:1:2:3::ffff", "ipv6")).to.equal(false);
    expect(list.check("fd42:1:2:4::", "ipv6")).to.equal(true);
    expect(list.check("2001:db8::1", "ipv6")).to.equal(false);
  });

  it("covers every private address outside any hole and none inside", () => {
    const hole = listOf(["10.0.0.0/8"]);
    assert(
      property(nat(0xffffff), integer({ min: 9, max: 30 }), nat(0xffffff), (network, length, probe) => {
        const cidr = `${dotted(network)}/${length}`;
        const list = listOf(privateRangesWithout([cidr]));
        const address = dotted(probe);
        expect(list.check(address)).to.equal(hole.check(address) && !listOf([cidr]).check(address));
      }),
    );
  });

  it("writes the rules for private ranges and for the host's addresses of both families", () => {
    const acl = containerAccessAcl({
      name: "convene0",
      networks: ["10.10.1.1/24"],
      hostAddresses: ["2001:db8::1"],
    });
    expect(acl.egress.map((rule) => rule.action)).to.deep.equal(["reject", "reject"]);
    expect(acl.egress[1]?.destination).to.equal("10.10.1.1/32,2001:db8::1/128");
  });
});
