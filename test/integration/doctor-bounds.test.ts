/** Whatever a server says, `convene doctor` reads no more than it should, goes nowhere it should not, and ends. */
import { expect } from "chai";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer as createHttpsServer } from "node:https";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createContactBounds } from "../../src/doctor/contact-bounds.ts";
import { type StrangeSite, STRANGE_NAME as NAME, strangeSite } from "../lab/strange-site.ts";

describe("doctor's bounds towards a server", () => {
  let site: StrangeSite;

  before(async () => {
    site = await strangeSite();
  });
  afterEach(() => site.clear());

  it("says of garbage behind TLS that it is no web server, whatever the garbage", async () => {
    const garbage = ["\u0000\u0001\u0002".repeat(1_000), "HTTP/1.1 \u001b[2J\r\n", "HTTP/9.9 abc\r\n\r\n"];
    for (const text of garbage) {
      const { report, findings } = await site.lookBehindTls((socket) => socket.end(text));
      expect(findings, JSON.stringify(text.slice(0, 10))).to.deep.equal(["page no_http"]);
      expect(report.headline).to.match(
        /^Nobody can use the page of meet\.test: what answers at .* is no web server/,
      );
    }
  });

  it("says of a server that hangs up after empty lines that it gives no answer", async () => {
    const { findings } = await site.lookBehindTls((socket) => socket.end("\n".repeat(50_000)));
    expect(findings).to.deep.equal(["page page_dropped"]);
  });

  it("reads no more than it should of pages without end, deep scripts and endless headers", async () => {
    const endless = await site.lookAtPage((_request, response) => {
      const timer = setInterval(() => response.write(`var config = ${"{a:".repeat(5_000)}`), 1);
      response.on("close", () => clearInterval(timer));
    });
    expect(endless.findings).to.deep.equal(["page domain_missing"]);
    const headers = await site.lookBehindTls((socket) => {
      const timer = setInterval(() => socket.write(`x: ${"y".repeat(8_000)}\r\n`), 1);
      socket.write("HTTP/1.1 200 OK\r\n");
      socket.on("close", () => clearInterval(timer));
    });
    expect(headers.findings).to.deep.equal(["page no_http"]);
  });

  it("reads a long config.js to its end", async () => {
    const comment = `// ${"a setting that is explained at length ".repeat(2)}\n`.repeat(2_000);
    const { findings, because } = await site.lookAtPage((_request, response) =>
      response.end(`var config = {};\n${comment}\nconfig.hosts = {domain: "${NAME}"};`),
    );
    expect(comment.length).to.be.greaterThan(150_000);
    expect(findings.join()).to.match(/^signaling \w+$/);
    expect(because("login")).to.equal("signaling does not work");
  });

  it("does not let a config.js send it into somebody's own network", async () => {
    let connections = 0;
    const inner = createServer(() => (connections += 1));
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
      const page = createHttpsServer({ cert: site.good.pem, key: site.good.keyPem }, (_request, response) =>
        response.end(config),
      );
      const { findings, report } = await site.look(await site.listen(page), { contacts, pins });
      expect(findings, host).to.deep.equal(["signaling address_refused"]);
      expect(report.headline).to.include("which is loopback: nobody on the internet can reach it");
    }
    inner.close();
    expect(connections).to.equal(0);
  });

  it("ends when its time is over, with what it knows by then", async () => {
    const port = await site.listen(createServer((socket) => socket.unref()));
    const { report, because, text } = await site.look(port, { timeout: 400 });
    expect(text).to.include("✓ port");
    expect(because("certificate")).to.equal("the time was over");
    expect(because("media")).to.equal("the time was over");
    expect(report).to.include({
      verdict: "unknown",
      headline: "The time was over before meet.test was looked at from bottom to top",
    });
  });

  it("prints each rung into a pipe as it ends, what it knows when Ctrl-C stops it, and leaves with 1", async () => {
    const options = { cert: site.good.pem, key: site.good.keyPem };
    const stuck = Promise.withResolvers<void>();
    const port = await site.listen(createHttpsServer(options, () => stuck.resolve()));
    const folder = mkdtempSync(join(tmpdir(), "convene-doctor-"));
    writeFileSync(join(folder, "root.pem"), site.root.pem);
    const words = ["--private", "--cacert", join(folder, "root.pem"), "--resolve", `${NAME}=127.0.0.1`];
    const main = join(import.meta.dirname, "../../src/main.ts");
    const child = spawn(process.execPath, [main, "doctor", `${NAME}:${port}`, ...words]);
    const out: Buffer[] = [];
    child.stdout.on("data", (chunk: Buffer) => out.push(chunk));
    const ended = once(child, "exit");
    await stuck.promise;
    // The page is not there yet, and never comes.
    while (!Buffer.concat(out).includes("✓ certificate")) await once(child.stdout, "data");
    child.kill("SIGINT");
    const [code] = await ended;
    rmSync(folder, { recursive: true });
    const text = Buffer.concat(out).toString().replaceAll(/\s+/g, " ");
    expect(text).to.include("because it was stopped").and.include("Stopped before meet.test");
    expect(code).to.equal(1);
  });

  it("ends when it is stopped, with what it knows by then", async () => {
    const stopping = new AbortController();
    const options = { cert: site.good.pem, key: site.good.keyPem };
    const port = await site.listen(createHttpsServer(options, () => stopping.abort()));
    const { report, because, text } = await site.look(port, { signal: stopping.signal });
    expect(report.verdict).to.equal("unknown");
    expect(because("page")).to.equal("it was stopped");
    expect(text).to.include("✓ certificate").and.include("Stopped before meet.test was looked at");
  });
});
