/** A token that Consul refuses: what needs no keys is looked after, and the next pass after it is put right is ready. */
import { expect } from "chai";
import { ConveneError } from "../../../src/system/errors.ts";
import { type AgentLab, startAgent } from "../../lab/agent-lab.ts";
import { smallSite } from "../../lab/sample-model.ts";

const DENIED = new ConveneError({
  code: "ConsulDenied",
  message: "cannot read the keys: Consul says: Permission denied",
  hint: "give the token its policy",
  retryable: true,
});

describe("a site whose token is refused", () => {
  let lab: AgentLab;
  before(async () => {
    lab = await startAgent(smallSite({ wiki: "units: [{name: wiki}]" }));
  });
  after(() => lab.stop());

  it("still has its containers repaired, says what to do, and is ready again by itself", async () => {
    const ready = () => lab.api.status().conditions.find((one) => one.type === "Ready");
    const running = () => lab.host.inside.instances.get("wiki")?.status === 103;
    await lab.until("Ready", () => ready()?.status === "True");

    const { consul } = lab.host.inside;
    const keys = consul.keys.bind(consul);
    Object.assign(consul, { keys: () => Promise.reject(DENIED) });
    await lab.host.inside.lxd.stopInstance("wiki", 0);
    await lab.until("repaired", running);
    await lab.until("told", () => ready()?.reason === "ConsulDenied");
    expect(ready()?.message).to.contain("Permission denied").and.to.contain("give the token its policy");

    Object.assign(consul, { keys });
    await lab.until("Ready", () => ready()?.status === "True");
  });
});
