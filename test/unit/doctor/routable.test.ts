/** Which addresses doctor counts as hosts on the internet: a row for each special-purpose block, edges included. */
import { expect } from "chai";
import { assert as assertProperty, ipV4, ipV6, property } from "fast-check";
import { isInside, unroutable } from "../../../src/doctor/routable.ts";

const ON_THE_INTERNET: readonly string[] = [
  "1.1.1.1",
  "9.255.255.255",
  "11.0.0.0",
  "100.63.255.255",
  "100.128.0.0",
  "126.255.255.255",
  "128.0.0.0",
  "169.253.255.255",
  "172.15.255.255",
  "172.32.0.0",
  "192.0.1.0",
  "192.0.3.0",
  "192.88.98.255",
  "192.88.100.0",
  "192.167.255.255",
  "192.169.0.0",
  "198.17.255.255",
  "198.20.0.0",
  "198.51.99.255",
  "203.0.112.255",
  "203.0.114.0",
  "223.255.255.255",
  "2001:200::1",
  "2001:db7:ffff::",
  "2001:db9::",
  "2606:4700:4700::1111",
  "2a01:4f8::1",
  "3ffe:ffff::",
  "::ffff:1.1.1.1",
  "::ffff:101:101",
  "64:ff9b::1.1.1.1",
  "2002:101:101::1",
];

const ELSEWHERE: Readonly<Record<string, readonly string[]>> = {
  "this network": ["0.0.0.0", "0.255.255.255", "::ffff:0.0.0.0"],
  private: [
    "10.0.0.0",
    "10.255.255.255",
    "172.16.0.0",
    "172.31.255.255",
    "192.168.0.0",
    "192.168.255.255",
    "fc00::",
    "fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
    "fec0::1",
    "::ffff:10.0.0.1",
    "::FFFF:C0A8:0101",
    "0:0:0:0:0:ffff:a00:1",
    "64:ff9b::10.0.0.1",
    "64:ff9b::c0a8:101",
    "2002:a00:1::1",
    "2002:c0a8:101::1",
  ],
  "shared by a carrier's NAT": ["100.64.0.0", "100.127.255.255", "::ffff:100.64.0.1"],
  loopback: ["127.0.0.0", "127.255.255.255", "::1", "::ffff:127.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::"],
  "link-local": ["169.254.0.0", "169.254.169.254", "fe80::1", "febf::1", "::ffff:169.254.169.254"],
  "for protocols": [
    "192.0.0.0",
    "192.0.0.10",
    "192.0.0.255",
    "192.31.196.1",
    "192.52.193.1",
    "192.88.99.1",
    "192.175.48.1",
    // Teredo carries a server's and a client's address, hidden by exclusive or.
    "2001::1",
    "2001:0:4136:e378:8000:63bf:3fff:fdd2",
    "2001:1ff:ffff::",
    "2001:1::1",
    "2001:20::1",
    "2620:4f:8000::1",
    "5f00::1",
  ],
  "for documentation": ["192.0.2.0", "198.51.100.255", "203.0.113.0", "2001:db8::1", "3fff:fff::1"],
  "for benchmarks": ["198.18.0.0", "198.19.255.255"],
  multicast: ["224.0.0.0", "239.255.255.255", "ff02::1", "::ffff:224.0.0.1"],
  reserved: ["240.0.0.0", "255.255.255.255"],
  "this host": ["::"],
  discarded: ["100::1", "100:0:0:1::1"],
  "a local translation": ["64:ff9b:1::1"],
  "not allocated": [
    "4000::1",
    "1::",
    "::1.2.3.4",
    "::2",
    "64:ff9b:2::1",
    "e000::1",
    "1fff:ffff::",
    "::ffff:0:102:304",
  ],
  "no address of the internet": [
    "",
    "meet.test",
    "fe80::1%eth0",
    "2a01:4f8::1%1",
    "1.2.3",
    "1.2.3.4/8",
    "0x7f.1",
  ],
};

describe("an address doctor is told of", () => {
  for (const address of ON_THE_INTERNET) {
    it(`${address} is on the internet`, () => expect(unroutable(address)).to.equal(undefined));
  }

  for (const [what, addresses] of Object.entries(ELSEWHERE)) {
    for (const address of addresses)
      it(`${address || "nothing"} is ${what}`, () => expect(unroutable(address)).to.equal(what));
  }

  it("is of a network of somebody's own where only who is in it gets there", () => {
    const inside = Object.entries(ELSEWHERE).filter(([, addresses]) => addresses.every(isInside));
    expect(inside.map(([what]) => what)).to.deep.equal([
      "private",
      "shared by a carrier's NAT",
      "loopback",
      "link-local",
    ]);
    expect([...ON_THE_INTERNET, ...(ELSEWHERE["for documentation"] ?? [])].filter(isInside)).to.deep.equal(
      [],
    );
  });

  it("is judged by the IPv4 address it carries, however it is written", () => {
    assertProperty(
      property(ipV4(), (plain) => {
        const groups = plain.split(".").map(Number);
        const hex = groups.map((byte) => byte.toString(16).padStart(2, "0"));
        const [high, low] = [hex.slice(0, 2).join(""), hex.slice(2).join("")];
        const carriers = [
          `::ffff:${plain}`,
          `0:0::ffff:${high}:${low}`,
          `64:ff9b::${plain}`,
          `2002:${high}:${low}::9`,
        ];
        for (const carrier of carriers) expect(unroutable(carrier), carrier).to.equal(unroutable(plain));
      }),
    );
  });

  it("is never let through outside of what is given out", () => {
    assertProperty(
      property(ipV6(), (address) => {
        if (unroutable(address) !== undefined) return;
        const [first = ""] = address.split(":");
        const head = Number.parseInt(first === "" ? "0" : first, 16);
        expect(head >>> 13 === 1 || head === 0 || head === 0x64, address).to.equal(true);
      }),
    );
  });
});
