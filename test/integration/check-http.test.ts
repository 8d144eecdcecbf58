/** The HTTP check against servers on loopback with every kind of answer. */
import type { RequestListener } from "node:http";
import { expect } from "chai";
import type { CheckResult } from "../../src/checks/check.ts";
import { loopbackCheck } from "../lab/loopback-check.ts";
import { createLoopbackServers } from "../lab/loopback-servers.ts";
import { makeAuthority, makeCertificate, type TestCertificate } from "../lab/test-certificates.ts";

const NAME = "meet.test";

describe("check http on loopback", () => {
  const servers = createLoopbackServers();
  let root: TestCertificate;
  let chain: readonly TestCertificate[];

  before(async () => {
    root = await makeAuthority();
    chain = [await makeCertificate({ names: [NAME], issuer: root })];
  });

  afterEach(() => servers.close());

  function check(spec: Readonly<Record<string, unknown>>): Promise<CheckResult> {
    return loopbackCheck("http", { host: NAME, ...spec }, { extraRoots: [root.pem] });
  }

  it("is ok when the status and the text are right, and names the host to the server", async () => {
    const port = await servers.https(chain, (request, response) =>
      response.end(`page of ${request.headers.host} ${request.url}`),
    );
    const result = await check({ port, path: "/config.js", body: `page of ${NAME} /config.js` });
    expect(result).to.include({ ok: true, reason: "ok" });
    expect(result.evidence).to.include({ status: 200 });
  });

  it("says wrong_status with the page's beginning, control characters escaped", async () => {
    const port = await servers.https(chain, (_request, response) =>
      response.writeHead(503).end("\u001b[31mno server"),
    );
    const result = await check({ port });
    expect(result).to.include({ ok: false, reason: "wrong_status" });
    expect(result.evidence).to.include({ status: 503, body: "\\u001b[31mno server" });
  });

  it("does not follow a redirect but names where it leads", async () => {
    const port = await servers.https(chain, (_request, response) =>
      response.writeHead(302, { location: "https://evil.test/" }).end(),
    );
    const result = await check({ port });
    expect(result).to.include({ reason: "redirected" });
    expect(result.evidence).to.include({ location: "https://evil.test/" });
    expect(await check({ port, status: [302] })).to.include({ ok: true });
  });

  it("reads at most 64 KiB of an endless page", async () => {
    const port = await servers.https(chain, (_request, response) => {
      const timer = setInterval(() => response.write("x".repeat(20_000)), 5);
      response.on("close", () => clearInterval(timer));
      response.on("error", () => undefined);
    });
    const result = await check({ port, body: "never there" });
    expect(result.reason).to.equal("wrong_body");
  });

  it("says bad_answer to what is no HTTP, and timeout to silence", async () => {
    const garbage = await servers.says("220 smtp.test ESMTP\r\n");
    const silent = await servers.silent();
    expect((await check({ port: garbage, scheme: "http" })).reason).to.equal("bad_answer");
    const late = await check({ port: silent, scheme: "http", timeout: "300ms" });
    expect(late).to.include({ reason: "timeout" });
    expect(late.message).to.contain("first byte");
  });

  const OK = "HTTP/1.1 200 OK\r\n";
  for (const [says, reason, answer] of [
    ["is no HTTP", "bad_answer", "SSH-2.0-OpenSSH_9.2p1\r\n"],
    ["is HTTP of long ago", "bad_answer", "<html>hello</html>"],
    ["has a header that is none", "bad_answer", `${OK}no colon here\r\n\r\n`],
    ["has zero bytes in a header", "bad_answer", `${OK}x: a\0b\r\n\r\n`],
    ["has chunks that are none", "bad_answer", `${OK}transfer-encoding: chunked\r\n\r\nxyz\r\n`],
    [
      "switches protocols unasked",
      "bad_answer",
      "HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n",
    ],
    ["has headers of 20 kB", "headers_too_large", OK + `x: ${"y".repeat(1_000)}\r\n`.repeat(20)],
    [
      "has a chunk with a long story",
      "headers_too_large",
      `${OK}transfer-encoding: chunked\r\n\r\n5;${"x".repeat(20_000)}\r\nhello\r\n`,
    ],
    ["promises more than it sends", "answer_cut", `${OK}content-length: 1000\r\n\r\nhello`],
    ["ends within its headers", "answer_cut", `${OK}content-type: text`],
    ["ends within a chunk", "answer_cut", `${OK}transfer-encoding: chunked\r\n\r\nff\r\nhello`],
    ["ends before it began", "answer_cut", ""],
    ["sends more than it promised", "ok", `${OK}content-length: 5\r\n\r\nhello, and more`],
    [
      "is not UTF-8",
      "ok",
      Buffer.concat([Buffer.from(`${OK}content-length: 7\r\n\r\nhello`), Buffer.from([0xff, 0xfe])]),
    ],
  ] as const) {
    it(`has a reason for an answer that ${says}: ${reason}`, async () => {
      const port = await servers.says(answer);
      const result = await check({ port, scheme: "http", body: "hello" });
      expect(result, result.message).to.include({ reason });
    });
  }

  it("ends in time with headers, a body or interim answers that never end", async () => {
    const endless = (start: string, more: string) =>
      servers.raw((socket) => {
        socket.write(start);
        const timer = setInterval(() => socket.write(more), 5);
        socket.on("close", () => clearInterval(timer));
      });
    const headers = await endless(OK, `x: ${"y".repeat(1_000)}\r\n`);
    expect(await check({ port: headers, scheme: "http" })).to.include({ reason: "headers_too_large" });
    const timeout = "300ms";
    const body = await check({ port: await endless(`${OK}\r\n`, "x"), scheme: "http", timeout });
    expect(body).to.include({ reason: "timeout", ok: false });
    expect(body.message).to.contain("body");
    const interim = await endless("", "HTTP/1.1 100 Continue\r\n\r\n");
    expect(await check({ port: interim, scheme: "http", timeout })).to.include({ reason: "timeout" });
  });

  it("refuses each bad certificate by its own name, and a self-signed one only where not allowed", async () => {
    const own = await makeCertificate({ names: [NAME] });
    const other = await makeCertificate({ names: ["other.test"], issuer: root });
    const early = await makeCertificate({ names: [NAME], issuer: root, fromDays: 1, untilDays: 90 });
    expect((await check({ port: await servers.https([other], ok) })).reason).to.equal("tls_name_mismatch");
    expect((await check({ port: await servers.https([early], ok) })).reason).to.equal("tls_not_yet_valid");
    const port = await servers.https([own], ok);
    expect((await check({ port })).reason).to.equal("tls_self_signed");
    expect((await check({ port, allowSelfSigned: true })).reason).to.equal("ok");
  });
});

const ok: RequestListener = (_request, response) => {
  response.end("hello");
};
