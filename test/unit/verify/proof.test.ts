/** A change makes run again only what it can have touched, and then the conference. */
import { expect } from "chai";
import { siteRungs } from "../../../src/checks/states/site-rungs.ts";
import { createProof, type Proof } from "../../../src/verify/proof.ts";
import type { DesiredCheck } from "../../../src/model/desired-state.ts";
import { container, state } from "../../lab/sample-site.ts";

const SECOND = 1_000;

const site = state({
  containers: [
    container({ name: "proxy", hostPart: 10 }),
    container({ name: "turn", hostPart: 15, dependsOn: ["proxy"] }),
    container({ name: "jitsi", hostPart: 20, dependsOn: ["proxy"] }),
    container({ name: "wiki", hostPart: 40 }),
  ],
  checks: [
    { name: "certificate", kind: "tls", spec: {}, container: "proxy" },
    { name: "turn-udp", kind: "turn", spec: {}, container: "turn" },
    { name: "page", kind: "http", spec: {}, container: "jitsi" },
    { name: "signaling", kind: "xmpp", spec: {}, dependsOn: ["page"] },
    { name: "wiki", kind: "http", spec: {}, container: "wiki" },
    { name: "conference", kind: "conference", spec: {}, dependsOn: ["signaling"] },
  ],
});
const graph = siteRungs(site);

describe("what must be proven", () => {
  let now: number;
  /** Between the wall clock and the time that has passed. */
  let offset: number;
  let looks: Map<string, number>;
  let proof: Proof;
  beforeEach(() => {
    now = 100 * SECOND;
    offset = 0;
    looks = new Map(site.checks.map(({ name }) => [name, 50 * SECOND]));
    proof = createProof({
      clock: { now: () => now + offset, monotonic: () => now },
      intervalOf: () => 60 * SECOND,
      goodLook: (name) => {
        const checkedAt = looks.get(name);
        return checkedAt === undefined ? undefined : { checkedAt, begunAt: checkedAt };
      },
    });
  });

  const unproven = (checks: readonly DesiredCheck[] = site.checks) =>
    proof.unproven(checks, graph).map(({ name }) => name);

  it("is nothing when all was good a moment ago and nothing was touched", () => {
    expect(unproven()).to.deep.equal([]);
  });

  it("is everything before anything has been looked at", () => {
    looks.clear();
    expect(unproven()).to.have.length(site.checks.length);
  });

  it("is what stands on the container that was touched, and the conference", () => {
    proof.touched("wiki");
    expect(unproven()).to.deep.equal(["wiki", "conference"]);
    proof.touched("jitsi");
    expect(unproven()).to.deep.equal(["page", "signaling", "wiki", "conference"]);
  });

  it("is what its container waited for, too", () => {
    proof.touched("proxy");
    expect(unproven()).to.have.members(["certificate", "turn-udp", "page", "signaling", "conference"]);
  });

  it("is nothing any more once it has been looked at since", () => {
    proof.touched("wiki");
    now += SECOND;
    for (const name of ["wiki", "conference"]) looks.set(name, now);
    expect(unproven()).to.deep.equal([]);
  });

  it("is what was not good at its last look", () => {
    looks.delete("turn-udp");
    expect(unproven()).to.deep.equal(["turn-udp", "conference"]);
  });

  it("is what has not been looked at for long", () => {
    looks.set("page", now - 121 * SECOND);
    expect(unproven()).to.deep.equal(["page", "conference"]);
  });

  it("is what was touched after the clock was set back, and what seems to be of the future", () => {
    looks = new Map(site.checks.map(({ name }) => [name, now]));
    now += SECOND;
    offset = -30 * SECOND;
    expect(unproven()).to.have.length(site.checks.length);
    offset = 0;
    expect(unproven()).to.deep.equal([]);
    offset = -SECOND;
    proof.touched("wiki");
    expect(unproven()).to.deep.equal(["wiki", "conference"]);
  });

  it("is what was looked at before the machine was suspended", () => {
    offset = 7_200 * SECOND;
    expect(unproven()).to.have.length(site.checks.length);
  });

  it("is a check that says something else than it did", () => {
    expect(unproven()).to.deep.equal([]);
    const changed = site.checks.map((one) =>
      one.name === "wiki" ? { ...one, spec: { path: "/new" } } : one,
    );
    expect(unproven(changed)).to.deep.equal(["wiki", "conference"]);
    now += SECOND;
    for (const name of ["wiki", "conference"]) looks.set(name, now);
    expect(unproven(changed)).to.deep.equal([]);
  });

  it("stays what it was when a check is only to be asked more often", () => {
    expect(unproven()).to.deep.equal([]);
    const often = site.checks.map((one) => ({ ...one, intervalSeconds: 7, confirm: {} }));
    expect(unproven(often)).to.deep.equal([]);
  });

  it("is not measured by what was known of a check or a container before it was gone", () => {
    unproven();
    const changed = site.checks.map((one) =>
      one.name === "page" ? { ...one, spec: { path: "/new" } } : one,
    );
    proof.touched("wiki");
    expect(unproven(changed)).to.deep.equal(["page", "wiki", "conference"]);
    const names = (of: readonly { readonly name: string }[]) => new Set(of.map(({ name }) => name));
    proof.keep(names(site.checks), names(site.containers));
    expect(unproven(changed)).to.deep.equal(["page", "wiki", "conference"]);
    proof.keep(new Set(["conference"]), new Set(["proxy"]));
    expect(unproven(changed)).to.deep.equal([]);
  });
});
