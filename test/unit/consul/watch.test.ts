/** Following keys: patient while nothing happens, and never downloading what it follows. */
import { expect } from "chai";
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { setTimeout as delay } from "node:timers/promises";
import { createConsul } from "../../../src/consul/create-consul.ts";
import { systemClock } from "../../../src/system/clock.ts";
import { Secret } from "../../../src/system/secret.ts";
import { silentLogger } from "../../lab/silent-logger.ts";

const REQUEST_MS = 100;

describe("a watch on keys", () => {
  let server: Server;
  let asked: string[] = [];
  /** Status of the first answer; what is asked after that waits, as a blocking query does. */
  let first = 200;
  let stop = new AbortController();
  let calls = 0;

  before(async () => {
    server = createServer((request, response) => {
      asked.push(request.url ?? "");
      if (asked.length > 1) return;
      response.writeHead(first, { "x-consul-index": "5", "content-type": "application/json" });
      response.end(first === 200 ? '["service/haproxy/"]' : "");
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
  });
  beforeEach(() => {
    asked = [];
    calls = 0;
    stop = new AbortController();
  });
  after(() => {
    server.closeAllConnections();
    server.close();
  });

  async function watch(): Promise<void> {
    const found = server.address();
    const consul = createConsul({
      address: "127.0.0.1",
      port: typeof found === "object" && found !== null ? found.port : 0,
      token: new Secret("t"),
      site: "meet",
      clock: systemClock,
      logger: silentLogger,
      timeoutMs: REQUEST_MS,
    });
    const watching = consul.watch("service/", () => (calls += 1), stop.signal);
    await delay(REQUEST_MS * 5);
    stop.abort();
    await watching;
  }

  it("waits longer than other requests may take, so that it does not miss what happens meanwhile", async () => {
    first = 200;
    await watch();
    expect([calls, asked.length]).to.deep.equal([1, 2]);
    expect(asked[1]).to.contain("index=5");
  });

  it("asks for no value and only the first part of names, however much there is", async () => {
    first = 200;
    await watch();
    for (const url of asked)
      expect(url)
        .to.match(/keys=true/u)
        .and.to.match(/separator=/u);
  });

  it("waits for the first key where there is none", async () => {
    first = 404;
    await watch();
    expect([calls, asked.length]).to.deep.equal([1, 2]);
    expect(asked[1]).to.contain("index=5");
  });
});
