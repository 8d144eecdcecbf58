/** `convene doctor` in networks of its own: an address without a way to it, and a machine without IPv6. */
import { expect } from "chai";
import { join } from "node:path";
import { z } from "zod";
import { runCommand } from "../../src/host/command.ts";

const MAIN = join(import.meta.dirname, "../../src/main.ts");
const ADDRESS = "2001:db8::1";

/**
 * A link that leads everywhere, where packets to the web port come back as a router's "no route" does. What the machine
 * has beside it is one address, which may be one of the internet or not.
 */
const noRouteFartherOn = (own: string): string => `
  ip link add lab0 type veth peer name lab1
  ip link set lab0 addrgenmode none
  ip link set lab0 up
  ip link set lab1 up
  ip -6 address add ${own}/64 dev lab0 nodad
  ip -6 route add default via fe80::1 dev lab0
  nft add table ip6 lab
  nft 'add chain ip6 lab out { type filter hook output priority 0; }'
  nft add rule ip6 lab out tcp dport 443 reject with icmpv6 type no-route
`;

const reportSchema = z.looseObject({
  verdict: z.string(),
  rungs: z.array(z.looseObject({ findings: z.array(z.looseObject({ reason: z.string() })).default([]) })),
});

/** The verdict and the reasons of what it finds in a network that `script` has made. */
async function look(script: string): Promise<string> {
  const doctor = [process.execPath, MAIN, "doctor", "meet.test", "--private", "--json"];
  const words = [...doctor, "--resolve", `meet.test=${ADDRESS}`];
  const { stdout } = await runCommand({
    command: "unshare",
    arguments: ["--net", "sh", "-euc", `ip link set lo up\n${script}\nexec "$@"`, "sh", ...words],
    accept: [0, 1, 2],
  });
  const { verdict, rungs } = reportSchema.parse(JSON.parse(stdout));
  return [verdict, ...rungs.flatMap(({ findings }) => findings.map(({ reason }) => reason))].join(" ");
}

describe("doctor and a site's IPv6 address", function () {
  this.timeout(20_000);
  let said: ReadonlyMap<string, string>;

  // All at once, because TCP asks again for a while before it believes a router.
  before(async () => {
    const own = ["2001:db8:1::2", "fe80::2", "fd00:1ab::2"];
    const scripts = [["none", ""], ...own.map((one) => [one, noRouteFartherOn(one)] as const)] as const;
    said = new Map(
      await Promise.all(scripts.map(async ([name, script]) => [name, await look(script)] as const)),
    );
  });

  it("says of one that no way leads to that it is the site's, and of no IPv6 here that it is not", () => {
    expect(said.get("2001:db8:1::2")).to.equal("findings unreachable");
    expect(said.get("none")).to.equal("unknown no_ipv6_here");
  });

  it("blames no site for a network that gives this machine no address of the internet", () => {
    expect(said.get("fe80::2")).to.equal("unknown no_ipv6_here");
    expect(said.get("fd00:1ab::2")).to.equal("unknown no_ipv6_here");
  });
});
