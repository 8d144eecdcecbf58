/** certbot and Pebble through HAProxy: issuing, renewing, and what is said when the authority refuses. */
import { expect } from "chai";
import { X509Certificate } from "node:crypto";
import { labHaproxy, type LabHaproxy } from "../lab/haproxy.ts";
import { type Pebble, startPebble } from "../lab/pebble.ts";
import { ask } from "../lab/proxy-client.ts";
import { renderHaproxy } from "../lab/proxy-template.ts";

const HOST = "meet.example.org";

describe("certificates from an ACME authority", () => {
  let haproxy: LabHaproxy;
  let pebble: Pebble;

  async function trust(authority: Pebble): Promise<void> {
    await haproxy.write("etc/convene/acme.conf", `directory=${authority.directory}\n`);
    await haproxy.write("etc/convene/acme-root.pem", authority.rootPem);
  }

  async function onDisk(): Promise<X509Certificate> {
    return new X509Certificate(await haproxy.read(`var/certs/${HOST}.cert.pem`));
  }

  beforeEach(async () => {
    haproxy = await labHaproxy();
    pebble = await startPebble({ site: { address: "127.0.0.1", port: haproxy.ports.http } });
    await trust(pebble);
    await haproxy.write("etc/convene/domains", `${HOST} it@example.org\n`);
    await haproxy.script("cert-sync");
    await haproxy.write("etc/haproxy/haproxy.cfg", await renderHaproxy({}));
    await haproxy.start();
  });

  afterEach(async () => {
    await haproxy[Symbol.asyncDispose]();
    await pebble[Symbol.asyncDispose]();
  });

  it("replace the self-signed one in HAProxy and on the shared volume", async () => {
    const result = await haproxy.script("cert-issue", [HOST]);
    expect(result).to.include({ code: 0, stderr: "" });
    const certificate = await onDisk();
    expect(certificate.issuer).to.contain("Pebble");
    expect((await ask(haproxy.ports.https, HOST)).fingerprint).to.equal(certificate.fingerprint256);
    const chain = (await haproxy.read(`var/certs/${HOST}.cert.pem`)).match(/BEGIN CERTIFICATE/g);
    expect(chain).to.have.length.greaterThan(1);
  });

  it("are kept when asked for again", async () => {
    await haproxy.script("cert-issue", [HOST]);
    const { fingerprint256 } = await onDisk();
    expect(await haproxy.script("cert-issue", [HOST])).to.include({ code: 0 });
    expect((await onDisk()).fingerprint256).to.equal(fingerprint256);
  });

  it("come back after the certificate in service was lost", async () => {
    await haproxy.script("cert-issue", [HOST]);
    const { fingerprint256 } = await onDisk();
    await haproxy.write(`var/certs/${HOST}.cert.pem`, "");
    expect(await haproxy.script("cert-renew")).to.include({ code: 0 });
    expect((await onDisk()).fingerprint256).to.equal(fingerprint256);
  });

  it("are asked for anew when the authority's address changed", async () => {
    await haproxy.script("cert-issue", [HOST]);
    const { fingerprint256 } = await onDisk();
    await pebble[Symbol.asyncDispose]();
    pebble = await startPebble({ site: { address: "127.0.0.1", port: haproxy.ports.http } });
    await trust(pebble);
    expect(await haproxy.script("cert-issue", [HOST])).to.include({ code: 0, stderr: "" });
    expect((await onDisk()).fingerprint256).not.to.equal(fingerprint256);
  });

  it("are asked for as a stranger when the authority forgot the account", async () => {
    await pebble[Symbol.asyncDispose]();
    pebble = await startPebble({
      site: { address: "127.0.0.1", port: haproxy.ports.http },
      validitySeconds: 86_400,
    });
    await trust(pebble);
    await haproxy.script("cert-issue", [HOST]);
    const { fingerprint256 } = await onDisk();
    await pebble.forget();
    expect(await haproxy.script("cert-issue", [HOST])).to.include({ code: 0, stderr: "" });
    expect((await onDisk()).fingerprint256).not.to.equal(fingerprint256);
  });

  it("are renewed by the timer's script when due, by hook and without the agent", async () => {
    await pebble[Symbol.asyncDispose]();
    pebble = await startPebble({
      site: { address: "127.0.0.1", port: haproxy.ports.http },
      validitySeconds: 86_400,
    });
    await trust(pebble);
    await haproxy.script("cert-issue", [HOST]);
    const { fingerprint256 } = await onDisk();
    expect(await haproxy.script("cert-renew")).to.include({ code: 0 });
    const renewed = await onDisk();
    expect(renewed.fingerprint256).not.to.equal(fingerprint256);
    expect((await ask(haproxy.ports.https, HOST)).fingerprint).to.equal(renewed.fingerprint256);
  });

  it("leave the one in service alone when the authority refuses, and say why in one line", async () => {
    const before = await onDisk();
    await pebble[Symbol.asyncDispose]();
    // The authority looks for the challenge where something else answers.
    pebble = await startPebble({ site: { address: "127.0.0.1", port: haproxy.ports.stats } });
    await trust(pebble);
    const result = await haproxy.script("cert-issue", [HOST]);
    await pebble[Symbol.asyncDispose]();
    const unreachable = await haproxy.script("cert-issue", [HOST]);
    for (const { code, stderr } of [result, unreachable]) {
      expect(code).to.equal(1);
      expect(stderr.trim().split("\n")).to.have.length(1);
      expect(stderr).to.match(/refused|unauthorized/i);
    }
    expect((await onDisk()).fingerprint256).to.equal(before.fingerprint256);
  });

  it("are not asked for under a name that is not listed", async () => {
    const result = await haproxy.script("cert-issue", ["evil.example.org"]);
    expect(result.code).to.equal(1);
    expect(result.stderr).to.contain("evil.example.org is not listed");
  });
}).timeout(60_000);
