/** Whose Consul it is decides whether its rights are convene's business. */
import { expect } from "chai";
import type { Consul } from "../../../src/consul/consul.ts";
import { observeConsul } from "../../../src/observe/observe-consul.ts";
import { ConveneError } from "../../../src/system/errors.ts";
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

describe("the keys of a Consul", () => {
  it("are read where modules meet and where the site's own are, and nowhere else", async () => {
    const host = createFakeHost(SAMPLE_HOST);
    await converge(host, build);
    host.revive();
    const asked: string[] = [];
    const consul: Consul = {
      ...host.consul,
      keys: async (prefix) => {
        asked.push(prefix);
        return host.consul.keys(prefix);
      },
    };
    const seen = await observeConsul(consul, "existing", SAMPLE_HOST.site);
    expect(asked.toSorted()).to.deep.equal([`convene/${SAMPLE_HOST.site}/`, "service/"]);
    expect(seen.state === "ready" && [...seen.kv.keys()].some((key) => key.startsWith("service/"))).to.equal(
      true,
    );
  });

  it("that may not be read leave the rest of the host to be looked after, and say why", async () => {
    const host = createFakeHost(SAMPLE_HOST);
    const denied = new ConveneError({
      code: "ConsulDenied",
      message: "it says no",
      hint: "give rights",
      retryable: true,
    });
    const consul: Consul = { ...host.consul, keys: () => Promise.reject(denied) };
    expect(await observeConsul(consul, "existing", SAMPLE_HOST.site)).to.deep.equal({
      state: "unreachable",
      reason: "it says no",
      code: "ConsulDenied",
      hint: "give rights",
    });
  });
});
