/** The shipped nginx.conf in the hands of Debian's nginx: what people get for a page, a room, a file and a stream. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type IncomingHttpHeaders, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { freePorts, portOpen } from "../lab/free-ports.ts";
import { runProgram, startProgram, type RunningProgram } from "../lab/programs.ts";
import { adapted, renderShipped, sampleVariables } from "../lab/shipped-configuration.ts";

describe("the shipped nginx.conf", function () {
  this.timeout(30_000);
  let folder: string;
  let nginx: RunningProgram;
  let prosody: Server;
  let origin: string;
  let asked: { readonly url: string | undefined; readonly headers: IncomingHttpHeaders }[];

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "convene-nginx-"));
    await runProgram(["chmod", "0755", folder]);
    const page = join(folder, "page");
    mkdirSync(join(page, "libs"), { recursive: true });
    writeFileSync(join(page, "index.html"), '<title>page</title><!--# include virtual="/part.html" -->');
    writeFileSync(join(page, "part.html"), "<p>a part</p>");
    writeFileSync(join(page, "libs/app.js"), "app");
    writeFileSync(
      join(folder, "config.js"),
      'var config = {"x": "<!--# include virtual=\\"/part.html\\" -->"};',
    );
    const [port = 0, prosodyPort = 0] = await freePorts(2);
    prosody = createServer((request, response) => {
      asked.push({ url: request.url, headers: request.headers });
      response.end("prosody");
    });
    prosody.on("upgrade", (request, socket) => {
      asked.push({ url: request.url, headers: request.headers });
      socket.end("HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n");
    });
    await new Promise<void>((resolve) => prosody.listen(prosodyPort, "127.0.0.1", resolve));
    const path = join(folder, "nginx.conf");
    writeFileSync(
      path,
      adapted(configuration(), {
        "listen 80": `listen 127.0.0.1:${port}`,
        "127.0.0.1:5280": `127.0.0.1:${prosodyPort}`,
        "set_real_ip_from 10.10.1.10": "set_real_ip_from 127.0.0.1",
        "/run/nginx.pid": join(folder, "nginx.pid"),
        "/usr/share/jitsi-meet": page,
        "/etc/jitsi/meet/config.js": join(folder, "config.js"),
      }),
    );
    origin = `http://127.0.0.1:${port}`;
    nginx = await startProgram(["nginx", "-c", path, "-g", "daemon off;"], () =>
      portOpen(port).then(() => true),
    );
  });

  beforeEach(() => {
    asked = [];
  });

  after(async () => {
    await nginx?.stop();
    prosody?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  async function verdictOn(
    content: string,
  ): Promise<{ readonly code: number | null; readonly stderr: string }> {
    const path = join(folder, "candidate.conf");
    writeFileSync(path, content);
    return await runProgram(["nginx", "-t", "-q", "-c", path]);
  }

  it("passes nginx's own test as it is shipped, for members and open, and not with a mistake", async () => {
    for (const access of ["members", "open"]) {
      const { code, stderr } = await verdictOn(configuration(access));
      expect(code, stderr).to.equal(0);
    }
    const { code, stderr } = await verdictOn(adapted(configuration(), { sendfile: "sendfiles" }));
    expect(code).to.equal(1);
    expect(stderr).to.include('unknown directive "sendfiles"');
  });

  it("serves the page with its parts, also under the name of a room", async () => {
    for (const path of ["/", "/Physics-9b"]) {
      const response = await fetch(origin + path);
      expect(await response.text()).to.equal("<title>page</title><p>a part</p>");
      expect(response.headers.get("x-content-type-options")).to.equal("nosniff");
    }
  });

  it("serves config.js as it is: no value in it is an instruction to nginx", async () => {
    const response = await fetch(`${origin}/config.js`);
    expect(await response.text()).to.include("<!--# include");
    expect(response.headers.get("cache-control")).to.equal("no-cache");
  });

  it("answers 404 for a file that is not there and for a path below a room", async () => {
    expect((await fetch(`${origin}/libs/app.js`)).status).to.equal(200);
    expect((await fetch(`${origin}/libs/missing.js`)).status).to.equal(404);
    expect((await fetch(`${origin}/room/etc/passwd`)).status).to.equal(404);
    expect((await fetch(`${origin}/conference-request/v1`)).status).to.equal(404);
  });

  it("passes BOSH on with the site's name and the person's address", async () => {
    const headers = { "x-forwarded-for": "203.0.113.7" };
    await fetch(`${origin}/http-bind?room=physics`, { method: "POST", body: "<body/>", headers });
    expect(asked).to.have.length(1);
    expect(asked[0]?.url).to.equal("/http-bind?room=physics");
    expect(asked[0]?.headers).to.include({ host: "meet.lab.test", "x-forwarded-for": "203.0.113.7" });
  });

  it("passes the WebSocket on", async () => {
    const upgrade = ["--header", "Connection: upgrade", "--header", "Upgrade: websocket"];
    const { code, stdout } = await runProgram([
      "curl",
      "-si",
      "--max-time",
      "5",
      ...upgrade,
      `${origin}/xmpp-websocket?room=physics`,
    ]);
    expect(stdout, `curl ended with ${code}`).to.match(/^HTTP\/1\.1 101 /u);
    expect(asked[0]?.url).to.equal("/xmpp-websocket?room=physics");
    expect(asked[0]?.headers).to.include({ host: "meet.lab.test", upgrade: "websocket" });
  });

  it("has a way to each bridge's channel, and to no other", () => {
    const ways = configuration().matchAll(/location ~ \^\/colibri-ws\/([^/]+)\/[^]*?proxy_pass ([^;]+);/gu);
    expect([...ways].map(([, name, target]) => `${name} ${target}`)).to.deep.equal([
      "bridge-1 http://10.10.1.21:9090/colibri-ws/bridge-1/$1$is_args$args",
      "bridge-2 http://10.10.1.22:9090/colibri-ws/bridge-2/$1$is_args$args",
    ]);
  });
});

function configuration(access = "members"): string {
  const parameters = { access, language: "de", config: {} };
  return renderShipped("jitsi", "nginx.conf", "nginx", sampleVariables({ parameters }));
}
