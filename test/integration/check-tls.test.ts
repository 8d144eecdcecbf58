/** The TLS and HTTP checks against servers on loopback with every kind of certificate and answer. */
import { expect } from "chai";
import { createServer as createPlainServer, type Server } from "node:net";
import type { RequestListener } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import { createServer as createTlsServer } from "node:tls";
import type { CheckContext, CheckResult } from "../../src/checks/check.ts";
import { createCheckContext } from "../../src/checks/check-context.ts";
import { runCheck } from "../../src/checks/registry.ts";
import { freePort, listenOnLoopback } from "../lab/loopback-port.ts";
import { makeAuthority, makeCertificate, type TestCertificate } from "../lab/test-certificates.ts";

const NAME = "meet.test";

describe("check tls and http on loopback", () => {
  let root: TestCertificate;
  let intermediate: TestCertificate;
  let leaf: TestCertificate;
  let servers: Server[] = [];

  before(async () => {
    root = await makeAuthority();
    intermediate = await makeCertificate({ commonName: "intermediate", authority: true, issuer: root });
    leaf = await makeCertificate({ names: [NAME, "turn.test"], issuer: intermediate });
  });

  afterEach(() => {
    for (const server of servers) server.close();
    servers = [];
  });

  async function check(
    kind: string,
    spec: Record<string, unknown>,
    more: Partial<CheckContext> = {},
  ): Promise<CheckResult> {
    const context = createCheckContext({
      clock: Date,
      signal: new AbortController().signal,
      extraRoots: [root.pem],
      resolve: () => Promise.resolve(["127.0.0.1"]),
      ...more,
    });
    const filled = { host: NAME, timeout: "3s", ...spec };
    return await runCheck({ name: kind, kind, spec: filled, intervalSeconds: 60 }, context);
  }

  async function listen(server: Server): Promise<number> {
    servers.push(server);
    return await listenOnLoopback(server);
  }

  /** Serves `chain` to everybody. */
  function serve(chain: readonly TestCertificate[]): Promise<number> {
    const [first] = chain;
    const cert = chain.map(({ pem }) => pem).join("");
    return listen(
      createTlsServer({ cert, key: first?.keyPem ?? "" }, (socket) => socket.on("error", () => undefined)),
    );
  }

  async function site(answer: RequestListener, own?: TestCertificate): Promise<number> {
    const cert = own?.pem ?? leaf.pem + intermediate.pem;
    return await listen(createHttpsServer({ cert, key: (own ?? leaf).keyPem }, answer));
  }

  describe("tls", () => {
    it("is ok for a full chain that covers all names and is the one on disk", async () => {
      const port = await serve([leaf, intermediate]);
      const readCertificate = () => Promise.resolve(leaf.pem + intermediate.pem);
      const spec = { port, names: [NAME, "turn.test"], disk: NAME };
      const result = await check("tls", spec, { readCertificate });
      expect(result).to.include({ ok: true, reason: "ok", target: `${NAME}:${port}` });
      expect(result.evidence).to.include({ chainLength: 2 });
    });

    it("is not fooled by a missing intermediate, though its root is known", async () => {
      const port = await serve([leaf]);
      const result = await check("tls", { port });
      expect(result).to.include({ ok: false, reason: "cert_chain_incomplete" });
      expect(result.evidence).to.include({ chainLength: 1 });
    });

    it("reports two faults at once and shows the certificate", async () => {
      const old = await makeCertificate({
        names: ["other.test"],
        issuer: root,
        fromDays: -90,
        untilDays: -2,
      });
      const result = await check("tls", { port: await serve([old]) });
      expect(result).to.include({ reason: "cert_expired", severity: "critical" });
      expect(result.evidence).to.include({
        findings: "cert_expired cert_name_mismatch",
        names: "other.test",
      });
    });

    it("says served_not_on_disk when the service still holds the old certificate", async () => {
      const renewed = await makeCertificate({ names: [NAME], issuer: root });
      const port = await serve([leaf, intermediate]);
      const readCertificate = () => Promise.resolve(renewed.pem);
      const result = await check("tls", { port, disk: NAME }, { readCertificate });
      expect(result).to.include({ reason: "served_not_on_disk" });
    });

    it("only reports a self-signed certificate where that is allowed", async () => {
      const own = await makeCertificate({ names: [NAME] });
      const port = await serve([own]);
      expect(await check("tls", { port })).to.include({ ok: false, reason: "cert_self_signed" });
      const allowed = await check("tls", { port, allowSelfSigned: true, disk: NAME });
      expect(allowed).to.include({ ok: true, reason: "cert_self_signed", severity: "info" });
    });

    it("says tls_handshake_failed to a server that speaks no TLS, hangs up or says nothing", async () => {
      const garbage = await listen(createPlainServer((socket) => socket.end("SSH-2.0-hello\r\n".repeat(50))));
      const closing = await listen(createPlainServer((socket) => socket.destroy()));
      const silent = await listen(createPlainServer((socket) => socket.unref()));
      for (const port of [garbage, closing, silent]) {
        const result = await check("tls", { port, timeout: "500ms" });
        expect(result.reason).to.equal("tls_handshake_failed");
      }
    });

    it("says port_closed, resolve_failed and aborted by name", async () => {
      expect((await check("tls", { port: await freePort() })).reason).to.equal("port_closed");
      expect((await check("tls", {}, { resolve: unknownName })).reason).to.equal("resolve_failed");
      const signal = AbortSignal.timeout(50);
      expect((await check("tls", {}, { resolve: never, signal })).reason).to.equal("aborted");
      expect((await check("tls", { timeout: "100ms" }, { resolve: never })).reason).to.equal("timeout");
    });
  });

  describe("http", () => {
    it("is ok when the status and the text are right, and names the host to the server", async () => {
      const port = await site((request, response) =>
        response.end(`page of ${request.headers.host} ${request.url}`),
      );
      const result = await check("http", { port, path: "/config.js", body: `page of ${NAME} /config.js` });
      expect(result).to.include({ ok: true, reason: "ok" });
      expect(result.evidence).to.include({ status: 200 });
    });

    it("says wrong_status with the page's beginning, control characters escaped", async () => {
      const port = await site((_request, response) => response.writeHead(503).end("\u001b[31mno server"));
      const result = await check("http", { port });
      expect(result).to.include({ ok: false, reason: "wrong_status" });
      expect(result.evidence).to.include({ status: 503, body: "\\u001b[31mno server" });
    });

    it("does not follow a redirect but names where it leads", async () => {
      const port = await site((_request, response) =>
        response.writeHead(302, { location: "https://evil.test/" }).end(),
      );
      const result = await check("http", { port });
      expect(result).to.include({ reason: "redirected" });
      expect(result.evidence).to.include({ location: "https://evil.test/" });
      expect(await check("http", { port, status: [302] })).to.include({ ok: true });
    });

    it("reads at most 64 KiB of an endless page", async () => {
      const port = await site((_request, response) => {
        const timer = setInterval(() => response.write("x".repeat(20_000)), 5);
        response.on("close", () => clearInterval(timer));
        response.on("error", () => undefined);
      });
      const result = await check("http", { port, body: "never there" });
      expect(result.reason).to.equal("wrong_body");
    });

    it("says bad_answer to what is no HTTP, and timeout to silence", async () => {
      const garbage = await listen(createPlainServer((socket) => socket.end("220 smtp.test ESMTP\r\n")));
      const silent = await listen(createPlainServer((socket) => socket.unref()));
      expect((await check("http", { port: garbage, scheme: "http" })).reason).to.equal("bad_answer");
      const late = await check("http", { port: silent, scheme: "http", timeout: "300ms" });
      expect(late).to.include({ reason: "timeout" });
      expect(late.message).to.contain("first byte");
    });

    it("refuses each bad certificate by its own name, and a self-signed one only where not allowed", async () => {
      const own = await makeCertificate({ names: [NAME] });
      const other = await makeCertificate({ names: ["other.test"], issuer: root });
      const early = await makeCertificate({ names: [NAME], issuer: root, fromDays: 1, untilDays: 90 });
      expect((await check("http", { port: await site(ok, other) })).reason).to.equal("tls_name_mismatch");
      expect((await check("http", { port: await site(ok, early) })).reason).to.equal("tls_not_yet_valid");
      const port = await site(ok, own);
      expect((await check("http", { port })).reason).to.equal("tls_self_signed");
      expect((await check("http", { port, allowSelfSigned: true })).reason).to.equal("ok");
    });
  });
});

function unknownName(): Promise<never> {
  return Promise.reject(new Error("no such name"));
}

function never(): Promise<never> {
  return new Promise(() => undefined);
}

const ok: RequestListener = (_request, response) => {
  response.end("hello");
};
