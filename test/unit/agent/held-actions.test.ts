/** What failed is left alone until it is meant to be tried again. */
import { expect } from "chai";
import { createHeldActions } from "../../../src/agent/held-actions.ts";
import { ConveneError } from "../../../src/system/errors.ts";
import { createFakeClock } from "../../lab/fake-clock.ts";

const failure = new ConveneError({ code: "ImageBuildFailed", message: "no such package" });

describe("an action that failed", () => {
  it("fails with the same words until it is released, and holds up no other", () => {
    const clock = createFakeClock();
    const held = createHeldActions(clock);
    held.failed("build image/turn", failure);
    expect(() => held.check("build image/turn")).to.throw(failure);
    expect(() => held.check("start container/turn")).not.to.throw();
    held.release(clock.now());
    expect(() => held.check("build image/turn")).not.to.throw();
  });

  it("stays held when it was asked for before it failed: that try was the answer", async () => {
    const clock = createFakeClock();
    const held = createHeldActions(clock);
    const asked = clock.now();
    await clock.advance(1_000);
    held.failed("build image/turn", failure);
    held.release(asked);
    expect(() => held.check("build image/turn")).to.throw(failure);
  });

  it("is not held when it was only a door that was shut", () => {
    const held = createHeldActions(createFakeClock());
    for (const code of ["LxdUnreachable", "ConsulUnreachable", "ConsulNotReady"])
      held.failed("write kv", new ConveneError({ code, message: "not there" }));
    expect(() => held.check("write kv")).not.to.throw();
  });
});
