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
