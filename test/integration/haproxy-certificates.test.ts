/** Certificates of a running HAProxy: self-signed at first, new names, swaps and removals, all without a reload. */
import { expect } from "chai";
import { lstat, mkdir, readFile, rename, stat, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { connect } from "node:tls";
import { once } from "node:events";
import { X509Certificate } from "node:crypto";
import { type BackendServer, backendServer } from "../lab/backend-server.ts";
import { labHaproxy, type LabHaproxy } from "../lab/haproxy.ts";
import { ask, visitDuring } from "../lab/proxy-client.ts";
import { renderHaproxy } from "../lab/proxy-template.ts";
import { makeCertificate, type TestCertificate } from "../lab/test-certificates.ts";

const HOST = "meet.example.org";
const OTHER = "cloud.example.org";
const OWN = {
  "service/haproxy/acl/jitsi/host": HOST,
  "service/haproxy/use-backend/jitsi": "jitsi",
  "service/haproxy/backends/no-ssl/jitsi": "",
};

describe("certificates in a running HAProxy", () => {
  let haproxy: LabHaproxy;
  let backend: BackendServer;
  let authority: TestCertificate;

  async function list(...domains: readonly string[]): Promise<void> {
    await haproxy.write(
      "etc/convene/domains",
      domains.map((domain) => `${domain} it@example.org\n`).join(""),
    );
  }

  async function synchronize(): Promise<string> {
    const result = await haproxy.script("cert-sync");
    expect(result).to.include({ code: 0, stderr: "" });
    return result.stdout;
  }

  /** Puts a certificate where certbot would have. */
  async function lineage(domain: string, leaf: TestCertificate, keyPem = leaf.keyPem): Promise<void> {
    const folder = join(haproxy.root, "etc/letsencrypt/live", domain);
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, "cert.pem"), leaf.pem);
    await writeFile(join(folder, "chain.pem"), authority.pem);
    await writeFile(join(folder, "fullchain.pem"), `${leaf.pem}\n\n${authority.pem}\n`);
    await writeFile(join(folder, "privkey.pem"), keyPem);
  }

  function issue(domain: string, untilDays = 89): Promise<TestCertificate> {
    return makeCertificate({ names: [domain], issuer: authority, untilDays });
  }

  async function served(domain: string): Promise<string> {
    return (await ask(haproxy.ports.https, domain)).fingerprint;
  }

  async function worker(): Promise<string> {
    return /^Pid: (\d+)/m.exec(await haproxy.runtime("show info"))?.[1] ?? "";
  }

  beforeEach(async () => {
    [haproxy, backend, authority] = await Promise.all([
      labHaproxy(),
      backendServer("page"),
      makeCertificate({ commonName: "test authority", authority: true }),
    ]);
    await list(HOST);
    await synchronize();
    const ownBackends = new Map([["jitsi", backend]]);
    await haproxy.write("etc/haproxy/haproxy.cfg", await renderHaproxy({ own: OWN, ownBackends }));
    await haproxy.start();
  });

  afterEach(async () => {
    await haproxy[Symbol.asyncDispose]();
    await backend[Symbol.asyncDispose]();
  });

  it("are self-signed at first, for their own name, and stay when nothing changed", async () => {
    const certificate = new X509Certificate(await haproxy.read(`var/certs/${HOST}.cert.pem`));
    expect(certificate.subject).to.equal("CN=convene self-signed");
    expect(certificate.issuer).to.equal(certificate.subject);
    expect(certificate.checkHost(HOST)).to.equal(HOST);
    expect(await served(HOST)).to.equal(certificate.fingerprint256);
    expect(await synchronize()).to.equal("");
  });

  it("are shared with a key that only its group may read", async () => {
    const key = await stat(join(haproxy.root, `var/certs/${HOST}.key.pem`));
    expect((key.mode & 0o777).toString(8)).to.equal("640");
    expect(key.gid).to.equal(3000);
    const forHaproxy = await stat(join(haproxy.root, `etc/haproxy/ssl/${HOST}.pem`));
    expect((forHaproxy.mode & 0o777).toString(8)).to.equal("600");
  });

  it("are refused for names that are not listed", async () => {
    const error = await served(OTHER).catch(String);
    expect(error).to.match(/unrecognized.name|alert/i);
  });

  it("are served for a new name without a reload", async () => {
    const before = await worker();
    await list(HOST, OTHER);
    expect(await synchronize()).to.contain(`${OTHER}: self-signed`);
    const certificate = new X509Certificate(await haproxy.read(`var/certs/${OTHER}.cert.pem`));
    expect(await served(OTHER)).to.equal(certificate.fingerprint256);
    expect(await worker()).to.equal(before);
    expect(await haproxy.reload()).to.include({ code: 0 });
    expect(await served(OTHER)).to.equal(certificate.fingerprint256);
  });

  it("are swapped without a reload and without a dropped connection", async () => {
    const before = await worker();
    const leaf = await issue(HOST);
    await lineage(HOST, leaf);
    const visit = await visitDuring(haproxy.ports.https, HOST, async () => {
      expect(await haproxy.script("cert-deploy", [HOST])).to.include({ code: 0, stderr: "" });
    });
    expect(visit.failures).to.deep.equal([]);
    expect(visit.requests).to.be.greaterThan(20);
    expect(await served(HOST)).to.equal(new X509Certificate(leaf.pem).fingerprint256);
    expect(await worker()).to.equal(before);
    expect(await haproxy.read(`var/certs/${HOST}.cert.pem`)).to.contain(authority.pem.trim());
  });

  it("are served with their chain and for HTTP/2, also for a new name", async () => {
    await list(HOST, OTHER);
    await synchronize();
    await lineage(OTHER, await issue(OTHER));
    await haproxy.script("cert-deploy", [OTHER]);
    const socket = connect({
      host: "127.0.0.1",
      port: haproxy.ports.https,
      servername: OTHER,
      ca: authority.pem,
      ALPNProtocols: ["h2"],
    });
    await once(socket, "secureConnect");
    expect(socket.getPeerCertificate(true).issuerCertificate.subject.CN).to.equal("test authority");
    expect(socket.alpnProtocol).to.equal("h2");
    socket.destroy();
  });

  for (const [what, obstruct] of [
    ["a directory", (file: string) => mkdir(join(file, "deep"), { recursive: true })],
    ["a link to an equal file", (file: string) => symlink(`${file}.copy`, file)],
  ] as const) {
    it(`are put in the place of ${what}`, async () => {
      await lineage(HOST, await issue(HOST));
      await haproxy.script("cert-deploy", [HOST]);
      const names = ["cert", "key"].map((name) => `var/certs/${HOST}.${name}.pem`);
      const files = [...names, `etc/haproxy/ssl/${HOST}.pem`].map((name) => join(haproxy.root, name));
      const before = await Promise.all(files.map((file) => readFile(file, "utf8")));
      for (const file of files) {
        await rename(file, `${file}.copy`);
        await obstruct(file);
      }
      expect(await haproxy.script("cert-deploy", [HOST])).to.include({ code: 0, stderr: "" });
      for (const [index, file] of files.entries()) {
        expect((await lstat(file)).isFile(), file).to.equal(true);
        expect(await readFile(file, "utf8")).to.equal(before[index]);
      }
    });
  }

  it("leave files alone when the same one is deployed again", async () => {
    await lineage(HOST, await issue(HOST));
    await haproxy.script("cert-deploy", [HOST]);
    const file = join(haproxy.root, `var/certs/${HOST}.cert.pem`);
    const { ino } = await stat(file);
    expect(await haproxy.script("cert-deploy", [HOST])).to.include({ code: 0 });
    expect((await stat(file)).ino).to.equal(ino);
  });

  for (const [what, spoil, words] of [
    ["another name", () => makeCertificate({ names: [OTHER], issuer: authority }), /[Hh]ostname mismatch/],
    ["no time left", () => issue(HOST, -1), /expired/],
    ["another issuer than its chain", () => makeCertificate({ names: [HOST] }), /self.signed|unable to get/],
  ] as const) {
    it(`are not taken with ${what}`, async () => {
      await lineage(HOST, await spoil());
      const before = await served(HOST);
      const result = await haproxy.script("cert-deploy", [HOST]);
      expect(result.code).to.equal(1);
      expect(result.stderr).to.match(words);
      expect(result.stderr.trim().split("\n")).to.have.length(1);
      expect(await served(HOST)).to.equal(before);
    });
  }

  it("are not taken with a key that belongs to another one", async () => {
    const [leaf, other] = await Promise.all([issue(HOST), issue(HOST)]);
    await lineage(HOST, leaf, other.keyPem);
    const result = await haproxy.script("cert-deploy", [HOST]);
    expect(result.code).to.equal(1);
    expect(result.stderr).to.contain("belongs to another certificate");
  });

  it("are gone, files and all, when their name is no longer listed", async () => {
    await list(HOST, OTHER);
    await synchronize();
    await lineage(OTHER, await issue(OTHER));
    await haproxy.script("cert-deploy", [OTHER]);
    await list(HOST);
    expect(await synchronize()).to.contain(`${OTHER}: removed`);
    for (const path of [
      `etc/haproxy/ssl/${OTHER}.pem`,
      `var/certs/${OTHER}.key.pem`,
      `etc/letsencrypt/live/${OTHER}`,
    ]) {
      expect(await stat(join(haproxy.root, path)).catch(() => "gone"), path).to.equal("gone");
    }
    expect(await served(OTHER).catch(() => "refused")).to.equal("refused");
    expect((await ask(haproxy.ports.https, HOST)).status).to.equal(200);
  });

  it("are gone also when they were there from the start", async () => {
    await list(OTHER);
    await synchronize();
    expect(await served(HOST).catch(() => "refused")).to.equal("refused");
    expect((await ask(haproxy.ports.https, OTHER)).status).to.equal(403);
  });
});
