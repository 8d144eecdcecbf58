/** Which redirects doctor follows: those within the host, three times; no other. */
import { createServer, type Server } from "node:http";
import { createServer as createTcpServer, type Socket } from "node:net";
import { expect } from "chai";
import { createCheckContext } from "../../../src/checks/check-context.ts";
import { CheckFailure, CheckRun } from "../../../src/checks/check-run.ts";
import { fetchPage } from "../../../src/doctor/web/fetch-page.ts";
import { systemClock } from "../../../src/system/clock.ts";
import { listenOnLoopback } from "../../lab/loopback-port.ts";

/** What comes of `/` at a server that does with a connection what `talk` does; `milliseconds` for everything. */
async function fetched(talk: (socket: Socket) => void, milliseconds = 5_000): Promise<unknown> {
  const open = new Set<Socket>();
  const server = createTcpServer((socket) => {
    open.add(socket.on("error", () => undefined));
    socket.once("data", () => talk(socket));
  });
  const port = await listenOnLoopback(server);
  const signal = AbortSignal.timeout(milliseconds);
  const run = new CheckRun(
    createCheckContext({ clock: systemClock, signal: new AbortController().signal }),
    signal,
  );
  const source = { host: "meet.test", address: "127.0.0.1", allowSelfSigned: false };
  try {
    return await fetchPage(new URL(`http://meet.test:${port}/`), source, run);
  } catch (error) {
    return error instanceof CheckFailure
      ? `${error.reason}: ${error.message.replace(`:${port}`, "")}`
      : String(error);
  } finally {
    for (const socket of open) socket.destroy();
    server.close();
  }
}

describe("a page that does not come", () => {
  it("is one of no web server where something else answers, in words of no program", async () => {
    const words = "no_http: what answers at http://meet.test is no web server: it speaks another protocol";
    expect(await fetched((socket) => socket.end("\u0000\u0001\u0002 whatever"))).to.equal(words);
    expect(await fetched((socket) => socket.end("HTTP/9.9 abc\r\n\r\n"))).to.equal(words);
  });

  it("is told from a server that hangs up, at once or in the middle", async () => {
    expect(await fetched((socket) => socket.end())).to.equal(
      "page_dropped: http://meet.test takes the question and hangs up without an answer",
    );
    const torn = "HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf";
    expect(await fetched((socket) => socket.end(torn))).to.equal(
      "page_dropped: http://meet.test/ begins to come and breaks off",
    );
  });

  it("is told from one that never begins, and from one that comes too slowly", async () => {
    expect(await fetched(() => undefined, 150)).to.equal(
      "page_silent: http://meet.test takes the question and does not answer in time",
    );
    const slow = "HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf";
    expect(await fetched((socket) => socket.write(slow), 150)).to.equal(
      "page_slow: http://meet.test/ begins to come, and is not there in time",
    );
  });
});

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
