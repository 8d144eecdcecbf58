/** Whose Consul it is decides whether its rights are convene's business. */
import { expect } from "chai";
import type { Consul } from "../../../src/consul/consul.ts";
import { observeConsul } from "../../../src/observe/observe-consul.ts";
import { createFakeHost } from "../../lab/fake-host.ts";
import { type Build, converge } from "../../lab/sample-pass.ts";
import { SAMPLE_HOST, sampleSite } from "../../lab/sample-site.ts";

const build: Build = (foreign) => sampleSite({}, foreign);

describe("the rights of a Consul", () => {
  let withoutRights: Consul;
  before(async () => {
    const host = createFakeHost(SAMPLE_HOST);
    await converge(host, build);
    host.revive();
    withoutRights = { ...host.consul, aclReady: async () => false };
  });

  it("are looked at in convene's own", async () => {
    const seen = await observeConsul(withoutRights, "running", SAMPLE_HOST.site);
    expect(seen).to.include({ state: "ready", aclReady: false });
  });

  it("are left to their owner in one the Site names", async () => {
    const seen = await observeConsul(withoutRights, "existing", SAMPLE_HOST.site);
    expect(seen).to.include({ state: "ready", aclReady: true });
  });
});
