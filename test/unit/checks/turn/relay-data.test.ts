/** Sending again until data has passed a relay, and what ends it. */
import { expect } from "chai";
import { mock } from "node:test";
import { repeatUntil } from "../../../../src/checks/turn/relay-data.ts";

describe("sending again until it arrives", () => {
  const { signal } = new AbortController();
  let sent: number;
  let listening: boolean;

  beforeEach(() => {
    mock.timers.enable({ apis: ["setInterval", "setTimeout"] });
    sent = 0;
    listening = false;
  });
  afterEach(() => mock.timers.reset());

  /** Sends what cannot be sent any more from the given time on. */
  function sendUntilRefused(refusedAt: number): Promise<boolean> {
    const send = (): void => {
      sent += 1;
      if (sent >= refusedAt) throw new Error("refused");
    };
    return repeatUntil(signal, send, () => {
      listening = true;
      return () => (listening = false);
    });
  }

  it("fails as the sending does, the first time or later, and then sends no more", async () => {
    for (const refusedAt of [1, 2]) {
      sent = 0;
      const failure = sendUntilRefused(refusedAt).catch((error: unknown) => error);
      mock.timers.tick(300);
      expect(await failure)
        .to.be.an("error")
        .with.property("message", "refused");
      expect(listening).to.equal(false);
      mock.timers.tick(10_000);
      expect(sent).to.equal(refusedAt);
    }
  });

  it("ends after 2.5 s, having listened until then", async () => {
    const came = sendUntilRefused(1_000);
    mock.timers.tick(2_400);
    expect(listening).to.equal(true);
    mock.timers.tick(100);
    expect(await came).to.equal(false);
    expect(sent).to.equal(9);
    expect(listening).to.equal(false);
  });
});
