/** How much of an answer is read, and that what was left unread is told. */
import { createServer } from "node:http";
import { setTimeout as delay } from "node:timers/promises";
import { expect } from "chai";
import { createCheckContext } from "../../../../src/checks/check-context.ts";
import { CheckRun } from "../../../../src/checks/check-run.ts";
import { exchangeHttp, type HttpAnswer } from "../../../../src/checks/connect/http-exchange.ts";
import { openTcp } from "../../../../src/checks/connect/open-tcp.ts";
import { systemClock } from "../../../../src/system/clock.ts";
import { listenOnLoopback } from "../../../lab/loopback-port.ts";

/** At most ten bytes of a body that comes in these pieces. */
async function ask(pieces: readonly string[]): Promise<HttpAnswer> {
  const server = createServer((_request, response) => {
    void (async () => {
      for (const piece of pieces) {
        response.write(piece);
        await delay(20);
      }
      response.end();
    })();
  });
  const port = await listenOnLoopback(server);
  const { signal } = new AbortController();
  const run = new CheckRun(createCheckContext({ clock: systemClock, signal }), signal);
  const question = { method: "GET", host: "a.test", path: "/", bodyLimit: 10 } as const;
  try {
    return await exchangeHttp(await openTcp("127.0.0.1", port, run), question, run);
  } finally {
    server.close();
  }
}

describe("an HTTP answer", () => {
  it("says that it was cut, also when a piece of it ends at the limit", async () => {
    const answers = [["0123456789", "more"], ["01234", "56789more"], ["0123456789"]];
    const read = await Promise.all(answers.map(ask));
    expect(read.map(({ body, truncated }) => ({ body, truncated }))).to.deep.equal([
      { body: "0123456789", truncated: true },
      { body: "0123456789", truncated: true },
      { body: "0123456789", truncated: false },
    ]);
  });
});
