import { expect } from "chai";
import { createLxd } from "../../../src/lxd/client.ts";
import { systemClock } from "../../../src/system/clock.ts";
import { async, operation, startFakeLxd, sync } from "../../lab/fake-lxd.ts";

describe("a long operation of LXD", () => {
  it("is progress each time LXD says that it still works on it, even without a word", async () => {
    const waits = [sync(operation(103)), sync(operation(103)), sync(operation(200))];
    const fake = await startFakeLxd(({ method }) =>
      method === "DELETE" ? async(operation(103)) : (waits.shift() ?? sync(operation(200))),
    );
    try {
      let alive = 0;
      const lxd = createLxd({
        socketPath: fake.socketPath,
        project: "convene",
        clock: systemClock,
        onOperationAlive: () => {
          alive += 1;
        },
      });
      await lxd.deleteInstance("turn");
      expect(alive).to.equal(3);
    } finally {
      await fake.close();
    }
  });
});
