/** What has to change in Consul, and what that waits for. */
import { expect } from "chai";
import { valueHash } from "../../../src/consul/inventory.ts";
import { serviceDigest } from "../../../src/consul/service-digest.ts";
import type { ActualConsul } from "../../../src/observe/actual-state.ts";
import { planConsul } from "../../../src/plan/consul.ts";
import { sampleSite } from "../../lab/sample-site.ts";

const desired = sampleSite({}, new Map());
const revealedKeys = new Map(
  desired.kv.map(({ key, value }) => [key, typeof value === "string" ? value : value.reveal()]),
);

function ready(changes: Partial<Extract<ActualConsul, { state: "ready" }>> = {}): ActualConsul {
  return {
    state: "ready",
    kv: revealedKeys,
    inventory: new Map([...revealedKeys].map(([key, value]) => [key, valueHash(value)])),
    services: new Map(
      desired.services.map((one) => [one.id, { id: one.id, digest: serviceDigest(one), owned: true }]),
    ),
    aclReady: true,
    ...changes,
  };
}

const planned = (actual: ActualConsul, comingUp?: string) =>
  planConsul(desired, actual, comingUp).actions.map(
    (one) => `${one.id} after ${one.dependsOn.join(",") || "nothing"}`,
  );

describe("Consul's part of a plan", () => {
  it("is empty when keys, services and rights are right", () => {
    expect(planConsul(desired, ready(), undefined)).to.deep.equal({ actions: [], blocked: [] });
  });

  it("sets the rights before it writes", () => {
    const changes = { aclReady: false, kv: new Map(), inventory: new Map(), services: new Map() };
    expect(planned(ready(changes))).to.deep.equal([
      "acl consul after nothing",
      "write kv after acl consul",
      "register service/convene-turn after acl consul",
      "register service/convene-jitsi after acl consul",
    ]);
  });

  it("comes after what is done to Consul itself in the same plan", () => {
    for (const actual of [ready({ kv: new Map() }), ready({ kv: new Map(), aclReady: false })])
      expect(planned(actual, "files consul")[0]).to.match(/after files consul$/);
  });

  it("is planned whole when Consul is only coming up", () => {
    for (const actual of [{ state: "absent" }, { state: "unreachable", reason: "stopped" }] as const)
      expect(planned(actual, "create container/consul")).to.deep.equal([
        "acl consul after create container/consul",
        "write kv after acl consul",
        "register service/convene-turn after acl consul",
        "register service/convene-jitsi after acl consul",
      ]);
  });

  it("is said to be out of reach when Consul does not answer, and nothing is planned", () => {
    const { actions, blocked } = planConsul(
      desired,
      { state: "unreachable", reason: "timed out" },
      undefined,
    );
    expect(actions).to.deep.equal([]);
    expect(blocked).to.have.length(1);
    expect(blocked[0]).to.deep.include({ reason: "ConsulUnreachable", subject: "kv" });
    expect(blocked[0]?.message).to.contain("timed out");
  });

  it("is said to be refused, with what to do, when Consul answers and does not let convene in", () => {
    for (const code of ["ConsulDenied", "ConsulTooLarge"]) {
      const actual = { state: "unreachable", reason: "it says no", code, hint: "give rights" } as const;
      const { actions, blocked } = planConsul(desired, actual, undefined);
      expect(actions).to.deep.equal([]);
      expect(blocked[0]).to.include({ reason: code, message: "it says no" });
      expect(blocked[0]?.hint).to.contain("give rights");
    }
  });

  it("registers a service that differs again, and takes away only its own", () => {
    const services = new Map([
      ["convene-turn", { id: "convene-turn", digest: "another", owned: true }],
      ["convene-gone", { id: "convene-gone", digest: "x", owned: true }],
      ["theirs", { id: "theirs", digest: "", owned: false }],
    ]);
    expect(planned(ready({ services }))).to.deep.equal([
      "register service/convene-turn after nothing",
      "register service/convene-jitsi after nothing",
      "deregister service/convene-gone after nothing",
    ]);
  });
});
