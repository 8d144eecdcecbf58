/** Hints name what people are to type. */
import { createServer } from "node:net";
import { expect } from "chai";
import { createCheckContext } from "../../../src/checks/check-context.ts";
import { fillHint } from "../../../src/checks/fill-hint.ts";
import { checkKinds, runCheck } from "../../../src/checks/registry.ts";
import { systemClock } from "../../../src/system/clock.ts";

const PLACEHOLDER = /\b(?:CONTAINER|BRIDGE|NAME)\b/;

describe("the hint of a check", () => {
  for (const { kind, reasons } of checkKinds()) {
    it(`of kind ${kind} has no placeholder left once its container is known`, () => {
      const check = { name: "mine", kind, container: "jitsi", spec: {}, intervalSeconds: 60 };
      const hints = Object.values(reasons).map(({ hint }) => fillHint(hint, check));
      expect(hints.filter((hint) => PLACEHOLDER.test(hint))).to.deep.equal([]);
    });
  }

  it("names the container in the result, and a bridge only where the check is the bridge's", async () => {
    const server = createServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => server.once("listening", resolve));
    const address = server.address();
    await new Promise((resolve) => server.close(resolve));
    if (address === null || typeof address === "string") throw new Error("no port");
    const spec = { host: "127.0.0.1", port: address.port };
    const check = { name: "door", kind: "tcp", container: "jitsi", spec, intervalSeconds: 60 };
    const context = createCheckContext({ clock: systemClock, signal: new AbortController().signal });
    const { hint, message } = await runCheck(check, context);
    expect(hint).to.include("convene logs jitsi says why");
    expect(message).to.equal(`nothing listens at 127.0.0.1:${address.port}`);
    const words = "silent: convene logs BRIDGE says why";
    expect(fillHint(words, { ...check, kind: "bridge" })).to.equal("silent: convene logs jitsi says why");
    expect(fillHint(words, { ...check, kind: "conference" })).to.equal(
      "silent: the log of the bridge (convene logs) says why",
    );
  });
});
