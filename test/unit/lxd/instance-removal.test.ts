import { expect } from "chai";
import { createLxdAdministration } from "../../../src/lxd/administration.ts";
import type { LxdAdministration } from "../../../src/lxd/administration.ts";
import { async, instance, operation, refusal, startFakeLxd, sync } from "../../lab/fake-lxd.ts";
import type { FakeLxd } from "../../lab/fake-lxd.ts";
import { createFakeClock } from "../../lab/fake-clock.ts";
import { failureOf } from "../../lab/failure.ts";

describe("removal of instances", () => {
  let fake: FakeLxd;
  let administration: LxdAdministration;
  let refusals: number;

  beforeEach(async () => {
    refusals = 0;
    fake = await startFakeLxd(({ method, path }) => {
      if (path === "/1.0/instances") return sync([instance(), instance({ name: "guest" })]);
      if (path.startsWith("/1.0/operations/")) return sync(operation(200));
      if (method === "PUT") return async(operation(103));
      if (method !== "DELETE") return refusal(404, "Not Found");
      refusals -= 1;
      return refusals < 0 ? async(operation(103)) : refusal(400, "Instance is running");
    });
    administration = createLxdAdministration({ socketPath: fake.socketPath, clock: createFakeClock() });
  });
  afterEach(async () => await fake.close());

  const clear = async (): Promise<readonly string[]> =>
    await administration.clearInstances("convene", () => true, 0);
  const asked = (method: string): readonly string[] =>
    fake.requests.filter((one) => one.method === method).map(({ path }) => path);

  it("stops an instance again that LXD, still booting, has started in between", async () => {
    refusals = 1;
    expect(await clear()).to.deep.equal(["turn", "guest"]);
    expect(asked("PUT")).to.deep.equal([
      "/1.0/instances/turn/state",
      "/1.0/instances/turn/state",
      "/1.0/instances/guest/state",
    ]);
  });

  it("gives up on one that does not stay down, in LXD's words", async () => {
    refusals = 100;
    expect((await failureOf(clear())).message).to.contain("Instance is running");
    expect(asked("DELETE")).to.have.length(3);
  });

  it("leaves those that are not ours", async () => {
    const removed = await administration.clearInstances("convene", () => false, 0);
    expect(removed).to.deep.equal([]);
    expect(asked("DELETE")).to.deep.equal([]);
  });
});
