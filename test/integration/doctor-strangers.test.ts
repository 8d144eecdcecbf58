/** What `convene doctor` says of servers that are no Jitsi, are broken, or mean harm: one finding each, in plain words. */
import { expect } from "chai";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import type { RequestListener } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import { createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createServer as createTlsServer } from "node:tls";
import { createContactBounds } from "../../src/doctor/contact-bounds.ts";
import { freePorts, portOpen } from "../lab/free-ports.ts";
import { type Visit, visit, type VisitRequest } from "../lab/doctor-visit.ts";
import { freePort, listenOnLoopback } from "../lab/loopback-port.ts";
import { startProgram } from "../lab/programs.ts";
import { makeAuthority, makeCertificate, type TestCertificate } from "../lab/test-certificates.ts";

const NAME = "meet.test";

describe("doctor among strangers", () => {
  let root: TestCertificate;
  let good: TestCertificate;
  let servers: Server[] = [];

  before(async () => {
    root = await makeAuthority();
    good = await makeCertificate({ names: [NAME], issuer: root });
  });
  afterEach(() => {
    for (const server of servers) server.close();
    servers = [];
  });

  async function listen(server: Server): Promise<number> {
    servers.push(server);
    const sockets = new Set<Socket>();
    server.on("connection", (socket: Socket) => {
      sockets.add(socket);
      socket.on("error", () => undefined);
    });
    server.on("close", () => undefined);
    const close = server.close.bind(server);
    server.close = () => {
      for (const socket of sockets) socket.destroy();
      return close();
    };
    return await listenOnLoopback(server);
  }

  async function look(port: number, more: Partial<VisitRequest> = {}): Promise<Visit> {
    const pins = new Map([[NAME, ["127.0.0.1"]]]);
    return await visit({ target: { host: NAME, port }, pins, extraRoots: [root.pem], ...more });
  }

  async function lookAtPage(answer: RequestListener, served = good): Promise<Visit> {
    return await look(await listen(createHttpsServer({ cert: served.pem, key: served.keyPem }, answer)));
  }

  /** Answers after the handshake with whatever this writes. */
  async function lookBehindTls(talk: (socket: Socket) => void): Promise<Visit> {
    return await look(
      await listen(
        createTlsServer({ cert: good.pem, key: good.keyPem }, (socket) => {
          socket.on("error", () => undefined);
          talk(socket);
        }),
      ),
    );
  }

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
    const port = await listen(createServer(() => (connections += 1)));
    const { report, finding } = await look(port, { allowPrivate: false });
    expect(report.headline).to.include("meet.test leads to 127.0.0.1, which is loopback");
    expect(finding("private_address")?.advice).to.include("--private");
    expect(connections).to.equal(0);
  });

  it("says of a closed port that nothing listens", async () => {
    const port = await freePort();
    const { report, findings } = await look(port);
    expect(report.headline).to.equal(`Nobody reaches meet.test: nothing listens at 127.0.0.1:${port}`);
    expect(findings).to.deep.equal(["port port_closed"]);
  });

  it("says of every bad certificate what a browser would mind, and looks no further", async () => {
    const old = await makeCertificate({ names: [NAME], issuer: root, fromDays: -90, untilDays: -12 });
    const portal = await makeCertificate({ names: ["portal.hotel.test"], issuer: root });
    const own = await makeCertificate({ names: [NAME] });
    const cases: readonly (readonly [TestCertificate, string, RegExp])[] = [
      [old, "cert_expired", /^Browsers refuse meet\.test: the certificate expired on .*, 12 days ago$/],
      [portal, "cert_name_mismatch", /: the certificate is for portal\.hotel\.test, not for meet\.test$/],
      [own, "cert_self_signed", /: the certificate is signed by itself and by no authority$/],
    ];
    for (const [served, reason, headline] of cases) {
      let requests = 0;
      const { report, findings, because } = await lookAtPage(() => (requests += 1), served);
      expect(report.headline).to.match(headline);
      expect(findings).to.deep.equal([`certificate ${reason}`]);
      expect(because("signaling")).to.equal("the certificate is refused");
      expect(requests, reason).to.equal(0);
    }
  });

  it("looks behind a certificate that signed itself when told to", async () => {
    const own = await makeCertificate({ names: [NAME] });
    const options = { cert: own.pem, key: own.keyPem };
    const port = await listen(
      createHttpsServer(options, (_request, response) => response.writeHead(503).end()),
    );
    const { findings } = await look(port, { allowSelfSigned: true });
    expect(findings).to.deep.equal(["page page_failing"]);
  });

  it("says of something else on the port that it does not speak TLS", async () => {
    const port = await listen(createServer((socket) => socket.end("SSH-2.0-OpenSSH_9.2\r\n".repeat(10))));
    const { report } = await look(port);
    expect(report.headline).to.equal(
      `Browsers refuse meet.test: what answers at meet.test:${port} does not speak TLS`,
    );
  });

  it("says of Debian's nginx that it is no Jitsi Meet", async () => {
    const folder = mkdtempSync(join(tmpdir(), "convene-doctor-"));
    const [port = 0] = await freePorts(1);
    writeFileSync(join(folder, "cert.pem"), good.pem);
    writeFileSync(join(folder, "key.pem"), good.keyPem, { mode: 0o600 });
    const config = join(folder, "nginx.conf");
    writeFileSync(config, nginxConfiguration(folder, port));
    const nginx = await startProgram(["nginx", "-c", config, "-g", "daemon off;"], () =>
      portOpen(port).then(() => true),
    );
    try {
      const { report, findings, because, text } = await look(port);
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
    const { report, finding } = await lookAtPage((_request, response) =>
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
      const { report, findings } = await lookAtPage((_request, response) => response.writeHead(status).end());
      expect(findings).to.deep.equal([`page ${reason}`]);
      expect(report.headline).to.include(`${status}`);
    }
  });

  it("says of garbage behind TLS that it is no web server, whatever the garbage", async () => {
    const garbage = [
      "\u0000\u0001\u0002".repeat(1_000),
      "HTTP/1.1 \u001b[2J\r\n",
      "HTTP/9.9 abc\r\n\r\n",
      "\n".repeat(50_000),
    ];
    for (const text of garbage) {
      const { report, findings } = await lookBehindTls((socket) => socket.end(text));
      expect(findings, JSON.stringify(text.slice(0, 10))).to.deep.equal(["page no_http"]);
      expect(report.headline).to.match(
        /^Nobody can use the page of meet\.test: what answers at .* is no web server/,
      );
    }
  });

  it("reads no more than it should of pages without end, deep scripts and endless headers", async () => {
    const endless = await lookAtPage((_request, response) => {
      const timer = setInterval(() => response.write(`var config = ${"{a:".repeat(5_000)}`), 1);
      response.on("close", () => clearInterval(timer));
    });
    expect(endless.findings).to.deep.equal(["page config_unreadable"]);
    const headers = await lookBehindTls((socket) => {
      const timer = setInterval(() => socket.write(`x: ${"y".repeat(8_000)}\r\n`), 1);
      socket.write("HTTP/1.1 200 OK\r\n");
      socket.on("close", () => clearInterval(timer));
    });
    expect(headers.findings).to.deep.equal(["page no_http"]);
  });

  it("reads a long config.js to its end", async () => {
    const comment = `// ${"a setting that is explained at length ".repeat(2)}\n`.repeat(2_000);
    const { findings, because } = await lookAtPage((_request, response) =>
      response.end(`var config = {};\n${comment}\nconfig.hosts = {domain: "${NAME}"};`),
    );
    expect(comment.length).to.be.greaterThan(150_000);
    expect(findings).to.deep.equal(["signaling websocket_not_proxied"]);
    expect(because("login")).to.equal("signaling does not work");
  });

  it("does not let a config.js send it into somebody's own network", async () => {
    let connections = 0;
    const inner = createServer(() => (connections += 1));
    servers.push(inner);
    await new Promise<void>((resolve) => inner.listen(0, "127.0.0.2", resolve));
    const address = inner.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    const outside = createContactBounds(false);
    // Of all private addresses only the site's own is let through, as if it were on the internet.
    const contacts = {
      ...outside,
      refusal: (to: string) => (to === "127.0.0.1" ? undefined : outside.refusal(to)),
    };
    const pins = new Map([
      [NAME, ["127.0.0.1"]],
      ["inner.test", ["127.0.0.2"]],
    ]);
    for (const host of ["inner.test", "127.0.0.2", "[::ffff:127.0.0.2]"]) {
      const config = `var config = {hosts: {domain: "${NAME}"}, bosh: "https://${host}:${port}/", websocket: "wss://${host}:${port}/x"}`;
      const site = createHttpsServer({ cert: good.pem, key: good.keyPem }, (_request, response) =>
        response.end(config),
      );
      const { findings, report } = await look(await listen(site), { contacts, pins });
      expect(findings, host).to.deep.equal(["signaling address_refused"]);
      expect(report.headline).to.include("which is loopback: nobody on the internet can reach it");
    }
    expect(connections).to.equal(0);
  });

  it("ends when it is stopped, with what it knows by then", async () => {
    const stopping = new AbortController();
    const options = { cert: good.pem, key: good.keyPem };
    const port = await listen(createHttpsServer(options, () => stopping.abort()));
    const { report, because, text } = await look(port, { signal: stopping.signal });
    expect(report.verdict).to.equal("unknown");
    expect(because("page")).to.equal("it was stopped");
    expect(text).to.include("✓ certificate").and.include("Stopped before meet.test was looked at");
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
