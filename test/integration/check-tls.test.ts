/** The TLS check against real servers on loopback: what they serve, what they speak, and what they do instead. */
import { expect } from "chai";
import type { CheckContext, CheckResult } from "../../src/checks/check.ts";
import { Secret } from "../../src/system/secret.ts";
import { labHaproxy } from "../lab/haproxy.ts";
import { loopbackCheck } from "../lab/loopback-check.ts";
import { freePort } from "../lab/loopback-port.ts";
import { createLoopbackServers } from "../lab/loopback-servers.ts";
import { startProgram } from "../lab/programs.ts";
import { makeAuthority, makeCertificate, type TestCertificate } from "../lab/test-certificates.ts";

const NAME = "meet.test";

describe("check tls on loopback", () => {
  const servers = createLoopbackServers();
  let root: TestCertificate;
  let upper: TestCertificate;
  let lower: TestCertificate;
  let leaf: TestCertificate;

  before(async () => {
    root = await makeAuthority();
    upper = await makeCertificate({ commonName: "upper", authority: true, issuer: root });
    lower = await makeCertificate({ commonName: "lower", authority: true, issuer: upper });
    leaf = await makeCertificate({ names: [NAME, "turn.test"], issuer: lower });
  });

  afterEach(() => servers.close());

  function check(
    spec: Readonly<Record<string, unknown>>,
    more: Partial<CheckContext> = {},
  ): Promise<CheckResult> {
    return loopbackCheck("tls", { host: NAME, ...spec }, { extraRoots: [root.pem], ...more });
  }

  describe("certificates", () => {
    it("is ok for a full chain that covers all names and is the one on disk with its key", async () => {
      const port = await servers.tls([leaf, lower, upper]);
      const spec = { port, names: [NAME, "turn.test"], disk: NAME };
      const result = await check(spec, {
        readCertificate: async () => leaf.pem + lower.pem + upper.pem,
        readPrivateKey: async () => new Secret(leaf.keyPem),
      });
      expect(result).to.include({ ok: true, reason: "ok", target: `${NAME}:${port}` });
      expect(result.evidence).to.include({ chainLength: 3, protocol: "TLSv1.3" });
    });

    it("is not fooled by a missing intermediate, though its root is known", async () => {
      const result = await check({ port: await servers.tls([leaf]) });
      expect(result).to.include({ ok: false, reason: "cert_chain_incomplete" });
      expect(result.evidence).to.include({ chainLength: 1 });
    });

    it("sees a chain in the wrong order as it was sent, by TLS 1.2 and 1.3", async () => {
      for (const maxVersion of ["TLSv1.2", "TLSv1.3"] as const) {
        const result = await check({ port: await servers.tls([leaf, upper, lower], { maxVersion }) });
        expect(result, maxVersion).to.include({ reason: "cert_wrong_order", severity: "warning" });
        expect(result.evidence).to.include({ chainLength: 3 });
      }
    });

    it("reports all faults at once and shows the certificate", async () => {
      const old = await makeCertificate({
        names: ["other.test"],
        issuer: root,
        fromDays: -90,
        untilDays: -2,
        key: "rsa-weak",
      });
      const result = await check({ port: await servers.tls([old], { ciphers: "DEFAULT@SECLEVEL=0" }) });
      expect(result).to.include({ reason: "cert_expired", severity: "critical" });
      expect(result.message).to.match(/expired on .*; meet\.test not covered; .*1024 bits/);
      expect(result.evidence).to.include({
        findings: "cert_expired cert_name_mismatch cert_weak_key",
        names: "other.test",
      });
    });

    it("says which of served and on disk is the odd one out", async () => {
      const renewed = await makeCertificate({ names: [NAME], issuer: root });
      const port = await servers.tls([leaf, lower, upper]);
      const result = await check(
        { port, disk: NAME },
        {
          readCertificate: async () => renewed.pem,
          readPrivateKey: async () => new Secret(renewed.keyPem),
        },
      );
      expect(result).to.include({ reason: "served_not_on_disk", severity: "warning" });
      expect(result.hint).to.contain("SIGUSR2");
    });

    it("only reports a self-signed certificate where that is allowed, and takes it unseen where nobody looks", async () => {
      const own = await makeCertificate({ names: [NAME] });
      const port = await servers.tls([own]);
      expect(await check({ port })).to.include({ ok: false, reason: "cert_self_signed" });
      const allowed = await check({ port, allowSelfSigned: true, disk: NAME });
      expect(allowed).to.include({ ok: true, reason: "cert_self_signed", severity: "info" });
      expect(await check({ port, issuer: "any" })).to.include({ ok: true, reason: "ok" });
    });

    it("reads no more of a long chain than the first 16", async () => {
      const many = await Promise.all(Array.from({ length: 40 }, () => makeCertificate({ issuer: root })));
      const result = await check({ port: await servers.tls([leaf, lower, upper, ...many]) });
      expect(result.reason).to.equal("ok");
      expect(result.evidence).to.include({ chainLength: 16 });
    });

    it("refuses a chain of half a megabyte as soon as it knows its length", async () => {
      const port = await servers.tls(Array.from({ length: 800 }, () => leaf));
      const result = await check({ port });
      expect(result.reason).to.equal("tls_handshake_failed");
      expect(result.message).to.contain("excessive message size");
    });
  });

  describe("protocols", () => {
    it("finds a server that speaks nothing newer than TLS 1.0 or 1.1", async () => {
      for (const version of ["TLSv1", "TLSv1.1"] as const) {
        const old = { minVersion: version, maxVersion: version, ciphers: "DEFAULT@SECLEVEL=0" };
        const result = await check({ port: await servers.tls([leaf, lower, upper], old) });
        expect(result, version).to.include({ reason: "tls_protocol_old", severity: "critical", ok: false });
        expect(result.evidence).to.include({ protocol: version });
      }
    });
  });

  describe("servers that do something else", () => {
    it("has a reason of its own for each", async () => {
      const record = (length: number) => Buffer.from([0x16, 3, 3, length >> 8, length & 0xff]);
      const cases: readonly (readonly [reason: string, port: number])[] = [
        ["tls_not_spoken", await servers.says("SSH-2.0-OpenSSH_9.2p1\r\n")],
        ["tls_not_spoken", await servers.says("HTTP/1.1 400 Bad Request\r\n\r\n")],
        ["tls_not_spoken", await servers.http((_request, response) => response.end())],
        ["tls_closed", await servers.raw((socket) => socket.destroy())],
        ["tls_closed", await servers.says(Buffer.concat([record(100), Buffer.from([2, 0, 0, 96, 3, 3])]))],
        ["tls_refused", await servers.says(Buffer.from([0x15, 3, 3, 0, 2, 2, 40]))],
        ["tls_no_certificate", await servers.says(Buffer.from([0x15, 3, 3, 0, 2, 2, 112]))],
        ["tls_no_answer", await servers.silent()],
        ["tls_no_answer", await servers.says(record(100), true)],
      ];
      for (const [reason, port] of cases) {
        const result = await check({ port, timeout: "300ms" });
        expect(result, JSON.stringify(result)).to.include({ ok: false, reason });
      }
    });

    it("knows a real OpenSSL server without a certificate, and a real HAProxy without one for this name", async () => {
      const port = await freePort();
      const options = [
        "-www",
        "-nocert",
        "-cipher",
        "aNULL:@SECLEVEL=0",
        "-tls1_2",
        "-accept",
        `127.0.0.1:${port}`,
      ];
      const anonymous = await startProgram(["openssl", "s_server", ...options], (log) =>
        log.includes("ACCEPT"),
      );
      try {
        expect((await check({ port })).reason).to.equal("tls_refused");
      } finally {
        await anonymous.stop();
      }
      await using haproxy = await labHaproxy();
      const pem = leaf.pem + lower.pem + upper.pem + leaf.keyPem;
      await haproxy.write("/etc/haproxy/ssl/meet.pem", pem);
      await haproxy.write(
        "/etc/haproxy/haproxy.cfg",
        `global\n  stats socket /run/haproxy/admin.sock\ndefaults\n  mode http\n  timeout connect 5s\n  timeout client 5s\n  timeout server 5s
frontend https\n  bind 127.0.0.1:${haproxy.ports.https} ssl crt /etc/haproxy/ssl/ strict-sni\n  http-request deny\n`,
      );
      await haproxy.start();
      expect((await check({ port: haproxy.ports.https })).reason).to.equal("ok");
      const unknown = await check({ port: haproxy.ports.https, host: "cloud.test" });
      expect(unknown).to.include({ ok: false, reason: "tls_no_certificate" });
    });

    it("says port_closed, resolve_failed, timeout and aborted by name", async () => {
      expect((await check({ port: await freePort() })).reason).to.equal("port_closed");
      expect((await check({}, { resolve: unknownName })).reason).to.equal("resolve_failed");
      const signal = AbortSignal.timeout(50);
      expect((await check({}, { resolve: never, signal })).reason).to.equal("aborted");
      expect((await check({ timeout: "100ms" }, { resolve: never })).reason).to.equal("timeout");
    });

    it("says aborted, and no fault of the server, when its caller gives up during the handshake", async () => {
      const result = await check({ port: await servers.silent() }, { signal: AbortSignal.timeout(50) });
      expect(result).to.include({ reason: "aborted", severity: "info" });
    });
  });
});

function unknownName(): Promise<never> {
  return Promise.reject(new Error("no such name"));
}

function never(): Promise<never> {
  return new Promise(() => undefined);
}
