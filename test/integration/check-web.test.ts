/** The web check of the shipped nginx with the shipped config.js, and of pages that are something else. */
import { expect } from "chai";
import type { CheckResult } from "../../src/checks/check.ts";
import { loopbackCheck } from "../lab/loopback-check.ts";
import { createLoopbackServers } from "../lab/loopback-servers.ts";
import { shippedConfigJs, type ShippedNginx, startShippedNginx } from "../lab/shipped-nginx.ts";
import { makeAuthority, makeCertificate } from "../lab/test-certificates.ts";

const HOST = "meet.lab.test";

describe("check web", () => {
  const servers = createLoopbackServers();

  afterEach(() => servers.close());

  function check(spec: Readonly<Record<string, unknown>>): Promise<CheckResult> {
    return loopbackCheck("web", { host: HOST, scheme: "http", guestDomain: "guest", ...spec });
  }

  describe("of what is shipped", () => {
    let nginx: ShippedNginx;

    before(async () => {
      nginx = await startShippedNginx({
        prosodyPort: 9,
        page: '<script src="libs/lib-jitsi-meet.min.js"></script>',
      });
    });

    beforeEach(() => nginx.configure(shippedConfigJs()));

    after(() => nginx.stop());

    it("is ok as it is shipped", async () => {
      const result = await check({ port: nginx.port, marker: "lib-jitsi-meet" });
      expect(result, result.message).to.include({ ok: true, reason: "ok" });
      expect(result.target).to.equal(`http://${HOST}:${nginx.port}/`);
    });

    it("finds everything that the operator's own settings send elsewhere", async () => {
      const own = {
        hosts: { muc: "rooms.elsewhere.test" },
        websocket: "wss://elsewhere.test/xmpp-websocket",
      };
      nginx.configure(shippedConfigJs({ parameters: { access: "members", language: "de", config: own } }));
      const result = await check({ port: nginx.port });
      expect(result).to.include({ ok: false, reason: "config_muc_wrong", severity: "critical" });
      expect(result.evidence).to.include({ findings: "config_muc_wrong config_websocket_wrong" });
      expect(result.evidence["muc"]).to.match(
        /^line \d+: found "rooms\.elsewhere\.test", expected "conference\.meet/,
      );
      expect(result.message).to.contain("muc: ").and.to.contain("websocket: ");
    });

    it("minds a page without the marker, a config.js that is a page, and one that is not there", async () => {
      const { port } = nginx;
      expect(await check({ port, marker: "Etherpad" })).to.include({ reason: "page_marker_missing" });
      nginx.configure("<!DOCTYPE html><title>room</title>");
      const page = await check({ port });
      expect(page).to.include({ ok: false, reason: "config_not_script" });
      expect(page.evidence["body"]).to.contain("DOCTYPE");
      expect(await check({ port, config: "/static/config.js" })).to.include({ reason: "page_not_found" });
    });

    it("reads what it can of a config.js that has no end", async () => {
      nginx.configure(`${shippedConfigJs()}//${"x".repeat(600_000)}`);
      const result = await check({ port: nginx.port });
      expect(result).to.include({ ok: false, reason: "config_too_large", severity: "warning" });
    });
  });

  /** Answers `/config.js` as wanted and everything else with this status. */
  function site(status: number, headers: Readonly<Record<string, string>> = {}): Promise<number> {
    return servers.http((request, response) => {
      if (request.url === "/config.js") response.end(shippedConfigJs());
      else response.writeHead(status, headers).end("no page");
    });
  }

  it("tells a page that is down from one that is nowhere and one that leads elsewhere", async () => {
    for (const status of [500, 502, 503, 504]) {
      const result = await check({ port: await site(status) });
      expect(result).to.include({ ok: false, reason: "page_unavailable" });
    }
    for (const status of [403, 404]) {
      expect(await check({ port: await site(status) })).to.include({ reason: "page_not_found" });
    }
    const elsewhere = await check({ port: await site(302, { location: "https://elsewhere.test/" }) });
    expect(elsewhere).to.include({ ok: false, reason: "page_redirected" });
    expect(elsewhere.message).to.contain("https://elsewhere.test/");
  });

  it("wants plain http to lead to https and this name", async () => {
    const port = await site(200);
    const redirect = async (status: number, headers: Readonly<Record<string, string>> = {}) =>
      (await check({ port, redirectPort: await site(status, headers) })).reason;
    expect(await redirect(301, { location: `https://${HOST}/` })).to.equal("ok");
    expect(await redirect(308, { location: `//${HOST}/` })).to.equal("redirect_wrong");
    expect(await redirect(302, { location: "https://elsewhere.test/" })).to.equal("redirect_wrong");
    expect(await redirect(302)).to.equal("redirect_wrong");
    expect(await redirect(200)).to.equal("redirect_missing");
  });

  it("goes through TLS like everybody", async () => {
    const root = await makeAuthority();
    const chain = [await makeCertificate({ names: [HOST], issuer: root })];
    const port = await servers.https(chain, (_request, response) => response.end(shippedConfigJs()));
    const spec = { host: HOST, port, guestDomain: "guest" };
    const trusting = await loopbackCheck("web", spec, { extraRoots: [root.pem] });
    expect(trusting, trusting.message).to.include({ ok: true, reason: "ok" });
    expect(await loopbackCheck("web", spec)).to.include({ ok: false, reason: "tls_untrusted" });
  });

  it("has a reason for a page that is no HTTP, breaks off, or never ends", async () => {
    expect(await check({ port: await servers.says("220 hello\r\n") })).to.include({ reason: "bad_answer" });
    const cut = await servers.says("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhello");
    expect(await check({ port: cut })).to.include({ reason: "answer_cut" });
    const slow = await servers.says("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhello", true);
    expect(await check({ port: slow, timeout: "300ms" })).to.include({ reason: "timeout" });
  });
});
