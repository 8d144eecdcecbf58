/** Which redirects doctor follows: those within the host, three times; no other. */
import { createServer, type Server } from "node:http";
import { expect } from "chai";
import { createCheckContext } from "../../../src/checks/check-context.ts";
import { CheckFailure, CheckRun } from "../../../src/checks/check-run.ts";
import { fetchPage } from "../../../src/doctor/web/fetch-page.ts";
import { systemClock } from "../../../src/system/clock.ts";
import { listenOnLoopback } from "../../lab/loopback-port.ts";

describe("a page that redirects", () => {
  let server: Server;
  let port: number;
  let asked: string[];
  let redirects: Readonly<Record<string, string>>;

  beforeEach(async () => {
    asked = [];
    server = createServer((request, response) => {
      asked.push(`${request.headers.host} ${request.url}`);
      const location = redirects[request.url ?? ""];
      if (location === undefined) response.end("the page");
      else response.writeHead(302, { location }).end();
    });
    port = await listenOnLoopback(server);
  });
  afterEach(() => server.close());

  /** The path it ended at, or the reason. */
  async function follow(given: Readonly<Record<string, string>>): Promise<string> {
    redirects = given;
    const signal = AbortSignal.timeout(5_000);
    const run = new CheckRun(createCheckContext({ clock: systemClock, signal }), signal);
    const source = { host: "meet.test", address: "127.0.0.1", allowSelfSigned: false };
    try {
      const { url, answer } = await fetchPage(new URL(`http://meet.test:${port}/`), source, run);
      return `${url.pathname} ${answer.body}`;
    } catch (error) {
      return error instanceof CheckFailure ? error.reason : String(error);
    }
  }

  it("is followed within its host, at the same address", async () => {
    expect(await follow({ "/": "/a", "/a": `http://meet.test:${port}/b?c=d` })).to.equal("/b the page");
    expect(asked).to.deep.equal([`meet.test:${port} /`, `meet.test:${port} /a`, `meet.test:${port} /b?c=d`]);
  });

  it("is followed three times, and not a fourth", async () => {
    expect(await follow({ "/": "/1", "/1": "/2", "/2": "/3" })).to.equal("/3 the page");
    asked = [];
    expect(await follow({ "/": "/1", "/1": "/2", "/2": "/3", "/3": "/4" })).to.equal("redirect_circle");
    expect(asked).to.have.length(4);
  });

  it("is not followed to another host, however it is written", async () => {
    for (const location of [
      "http://other.test/",
      "//other.test/",
      `http://127.0.0.1:${port}/`,
      "http://meet.test.evil.test/",
    ])
      expect(await follow({ "/": location }), location).to.equal("moved");
    expect(new Set(asked)).to.deep.equal(new Set([`meet.test:${port} /`]));
  });

  it("is not followed to what is no web address", async () => {
    for (const location of ["file:///etc/passwd", "javascript:alert(1)", "http://[", "mailto:a@meet.test"])
      expect(await follow({ "/": location }), location).to.equal("redirect_circle");
  });
});
