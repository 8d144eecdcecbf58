/** What `convene doctor` says of servers that are no Jitsi or are broken: one finding each, in plain words. */
import { expect } from "chai";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer as createHttpsServer } from "node:https";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { visit } from "../lab/doctor-visit.ts";
import { freePorts, portOpen } from "../lab/free-ports.ts";
import { freePort } from "../lab/loopback-port.ts";
import { startProgram } from "../lab/programs.ts";
import { type StrangeSite, STRANGE_NAME as NAME, strangeSite } from "../lab/strange-site.ts";
import { makeCertificate, type TestCertificate } from "../lab/test-certificates.ts";

describe("doctor among strangers", () => {
  let site: StrangeSite;

  before(async () => {
    site = await strangeSite();
  });
  afterEach(() => site.clear());

  it("says of a host that does not exist that DNS knows no such name", async () => {
    const { report, findings, text } = await visit({ target: { host: "nowhere.test", port: 443 } });
    expect(report).to.include({
      verdict: "findings",
      since: "name",
      headline: "Nobody finds nowhere.test: DNS knows no address of that name",
    });
    expect(findings).to.deep.equal(["name no_such_name"]);
    expect(text).to.match(/– not asked {4}port, certificate, page, .*because the name leads\n? *nowhere/s);
  });

  it("leaves an address alone that is not on the internet, and says how it is reached", async () => {
    let connections = 0;
    const port = await site.listen(createServer(() => (connections += 1)));
    const { report, finding } = await site.look(port, { allowPrivate: false });
    expect(report.headline).to.include("meet.test leads to 127.0.0.1, which is loopback");
    expect(finding("private_address")?.advice).to.include("--private");
    expect(connections).to.equal(0);
  });

  it("says of an address that is not on the internet nothing of a name", async () => {
    const { report, finding, text } = await visit({
      target: { host: "127.0.0.1", port: 443 },
      allowPrivate: false,
    });
    expect(report.headline).to.equal("Nobody on the internet reaches 127.0.0.1: the address is loopback");
    expect(finding("bare_address")?.advice).to.include("--private").and.not.include("A record");
    expect(text).to.include("because the address is not on the internet");
  });

  it("says of a closed port that nothing listens", async () => {
    const port = await freePort();
    const { report, findings } = await site.look(port);
    expect(report.headline).to.equal(`Nobody reaches meet.test: nothing listens at 127.0.0.1:${port}`);
    expect(findings).to.deep.equal(["port port_closed"]);
  });

  it("says of every bad certificate what a browser would mind, and looks no further", async () => {
    const old = await makeCertificate({ names: [NAME], issuer: site.root, fromDays: -90, untilDays: -12 });
    const portal = await makeCertificate({ names: ["portal.hotel.test"], issuer: site.root });
    const own = await makeCertificate({ names: [NAME] });
    const cases: readonly (readonly [TestCertificate, string, RegExp])[] = [
      [old, "cert_expired", /^Browsers refuse meet\.test: the certificate expired on .*, 12 days ago$/],
      [portal, "cert_name_mismatch", /: the certificate is for portal\.hotel\.test, not for meet\.test$/],
      [own, "cert_self_signed", /: the certificate is signed by itself and by no authority$/],
    ];
    for (const [served, reason, headline] of cases) {
      let requests = 0;
      const { report, findings, because } = await site.lookAtPage(() => (requests += 1), served);
      expect(report.headline).to.match(headline);
      expect(findings).to.deep.equal([`certificate ${reason}`]);
      expect(because("signaling")).to.equal("the certificate is refused");
      expect(requests, reason).to.equal(0);
    }
  });

  it("warns of a certificate that runs out tomorrow, and goes on", async () => {
    const soon = await makeCertificate({ names: [NAME], issuer: site.root, fromDays: -89, untilDays: 1 });
    const { report, findings } = await site.lookAtPage(
      (_request, response) => response.writeHead(404).end(),
      soon,
    );
    expect(findings).to.deep.equal(["certificate cert_expiring", "page not_jitsi"]);
    expect(report.rungs.find(({ name }) => name === "certificate")?.state).to.equal("warning");
    expect(report.headline).to.match(/^This is no Jitsi Meet/);
  });

  it("looks behind a certificate that signed itself when told to", async () => {
    const own = await makeCertificate({ names: [NAME] });
    const options = { cert: own.pem, key: own.keyPem };
    const port = await site.listen(
      createHttpsServer(options, (_request, response) => response.writeHead(503).end()),
    );
    const { findings } = await site.look(port, { allowSelfSigned: true });
    expect(findings).to.deep.equal(["page page_failing"]);
  });

  it("says of something else on the port that it does not speak TLS", async () => {
    const port = await site.listen(
      createServer((socket) => socket.end("SSH-2.0-OpenSSH_9.2\r\n".repeat(10))),
    );
    const { report } = await site.look(port);
    expect(report.headline).to.equal(
      `Nobody can open the page of meet.test: what answers at meet.test:${port} does not speak TLS`,
    );
  });

  it("says of a proxy without its backend that it is there and hangs up, and where to look", async () => {
    const { report, findings, finding, text } = await site.lookBehindTls((socket) =>
      socket.once("data", () => socket.end()),
    );
    expect(findings).to.deep.equal(["page page_dropped"]);
    expect(report.headline).to.match(
      /: https:\/\/meet\.test:\d+ takes the question and hangs up without an answer$/,
    );
    expect(finding("page_dropped")?.advice).to.match(/backend.*TURN/);
    expect(text).not.to.match(/socket hang up|ECONN/);
  });

  it("says of Debian's nginx that it is no Jitsi Meet", async () => {
    const folder = mkdtempSync(join(tmpdir(), "convene-doctor-"));
    const [port = 0] = await freePorts(1);
    writeFileSync(join(folder, "cert.pem"), site.good.pem);
    writeFileSync(join(folder, "key.pem"), site.good.keyPem, { mode: 0o600 });
    const config = join(folder, "nginx.conf");
    writeFileSync(config, nginxConfiguration(folder, port));
    const nginx = await startProgram(["nginx", "-c", config, "-g", "daemon off;"], () =>
      portOpen(port).then(() => true),
    );
    try {
      const { report, findings, because, text } = await site.look(port);
      expect(report).to.include({ verdict: "not_jitsi", since: "page" });
      expect(report.headline).to.match(
        new RegExp(
          `^This is no Jitsi Meet: https://meet\\.test:${port} answers, but /config\\.js is 404, server nginx/`,
        ),
      );
      expect(findings).to.deep.equal(["page not_jitsi"]);
      expect(because("media") ?? because("room")).to.equal("this is no Jitsi Meet");
      expect(text.match(/✗/g)).to.have.length(1);
    } finally {
      await nginx.stop();
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it("says of a site that has moved where to look instead", async () => {
    const { report, finding } = await site.lookAtPage((_request, response) =>
      response.writeHead(301, { location: "https://video.other.test/" }).end(),
    );
    expect(report).to.include({
      verdict: "not_jitsi",
      headline: "meet.test sends people on to video.other.test",
    });
    expect(finding("moved")?.advice).to.include("convene doctor video.other.test");
  });

  it("tells a page that fails, and one that is locked, from one that is none", async () => {
    for (const [status, reason] of [
      [503, "page_failing"],
      [401, "page_locked"],
    ] as const) {
      const { report, findings } = await site.lookAtPage((_request, response) =>
        response.writeHead(status).end(),
      );
      expect(findings).to.deep.equal([`page ${reason}`]);
      expect(report.headline).to.include(`${status}`);
    }
  });
});

function nginxConfiguration(folder: string, port: number): string {
  return `
pid ${folder}/nginx.pid;
error_log stderr;
events {}
http {
  access_log off;
  server {
    listen 127.0.0.1:${port} ssl;
    ssl_certificate ${folder}/cert.pem;
    ssl_certificate_key ${folder}/key.pem;
    root /var/www/html;
    index index.nginx-debian.html;
  }
}`;
}
