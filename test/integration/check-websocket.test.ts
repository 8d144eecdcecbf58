/** The WebSocket check through the real HAProxy, nginx and Prosody, each missing in turn, and against anything else. */
import { createHash } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { createServer } from "node:http";
import type { Duplex } from "node:stream";
import { expect } from "chai";
import type { CheckResult } from "../../src/checks/check.ts";
import { labHaproxy, type LabHaproxy } from "../lab/haproxy.ts";
import { loopbackCheck } from "../lab/loopback-check.ts";
import { freePort } from "../lab/loopback-port.ts";
import { createLoopbackServers } from "../lab/loopback-servers.ts";
import { type ShippedNginx, startShippedNginx } from "../lab/shipped-nginx.ts";
import { type ShippedProsody, startShippedProsody } from "../lab/shipped-prosody.ts";

const DOMAIN = "meet.lab.test";

describe("check websocket", () => {
  const servers = createLoopbackServers();

  afterEach(() => servers.close());

  function check(spec: Readonly<Record<string, unknown>>): Promise<CheckResult> {
    return loopbackCheck("websocket", { host: DOMAIN, scheme: "ws", ...spec });
  }

  describe("through what is shipped", () => {
    let prosody: ShippedProsody;
    let nginx: ShippedNginx;
    let haproxy: LabHaproxy;

    before(async () => {
      prosody = await startShippedProsody();
      nginx = await startShippedNginx({ prosodyPort: prosody.httpPort });
      haproxy = await labHaproxy();
      const closed = await freePort();
      await haproxy.write(
        "/etc/haproxy/haproxy.cfg",
        `global\n  stats socket /run/haproxy/admin.sock
defaults\n  mode http\n  timeout connect 2s\n  timeout client 5s\n  timeout server 5s\n  retries 0
frontend http\n  bind 127.0.0.1:${haproxy.ports.https}
  use_backend good if { req.hdr(host),host_only ${DOMAIN} }\n  use_backend gone if { req.hdr(host),host_only gone.lab.test }
  default_backend forbidden
backend good\n  server own 127.0.0.1:${nginx.port}\nbackend gone\n  server own 127.0.0.1:${closed}
backend forbidden\n  http-request deny deny_status 403\n`,
      );
      await haproxy.start();
    });

    after(async () => {
      await haproxy[Symbol.asyncDispose]();
      await nginx.stop();
      await prosody.stop();
    });

    it("is ok at Prosody, behind nginx, and behind HAProxy, up to an open stream", async () => {
      for (const port of [prosody.httpPort, nginx.port, haproxy.ports.https]) {
        const result = await check({ port, domain: DOMAIN });
        expect(result, result.message).to.include({ ok: true, reason: "ok" });
        expect(result.evidence).to.include({ from: DOMAIN });
      }
      const plain = await check({ port: nginx.port });
      expect(plain).to.include({ reason: "ok", target: `ws://${DOMAIN}:${nginx.port}/xmpp-websocket` });
    });

    it("knows what Prosody itself refuses", async () => {
      const port = prosody.httpPort;
      expect(await check({ port, domain: "elsewhere.test" })).to.include({ reason: "host_unknown" });
      const path = await check({ port, path: "/websocket" });
      expect(path).to.include({ reason: "websocket_not_found" });
      expect(path.message).to.contain("404 from Prosody");
      expect(await check({ port, protocol: "chat" })).to.include({ reason: "subprotocol_not_passed" });
    });

    it("knows an nginx without the location, without the upgrade's headers, and one without Prosody", async () => {
      const location = { "location = /xmpp-websocket": "location = /elsewhere" };
      const connection = { "proxy_set_header Connection $connection_upgrade;": "" };
      const key = { "proxy_set_header Upgrade $http_upgrade;": "proxy_set_header Sec-WebSocket-Key '';" };
      const cases = [
        ["websocket_is_page", "200 from nginx", prosody.httpPort, location],
        ["websocket_dropped", "ended at once", prosody.httpPort, connection],
        ["websocket_dropped", "ended at once", prosody.httpPort, { "proxy_http_version 1.1;": "" }],
        ["upgrade_not_passed", "200 from Prosody", prosody.httpPort, key],
        ["prosody_down", "502 from nginx", await freePort(), {}],
      ] as const;
      for (const [reason, words, prosodyPort, changes] of cases) {
        await using changed = await startShippedNginx({ prosodyPort, changes });
        for (const domain of [DOMAIN, undefined]) {
          const result = await check({ port: changed.port, domain });
          expect(result, result.message).to.include({ ok: false, reason });
          expect(result.message).to.contain(words);
        }
      }
    });

    it("knows a HAProxy without a backend and one without a route", async () => {
      const port = haproxy.ports.https;
      const gone = await check({ port, host: "gone.lab.test" });
      expect(gone).to.include({ ok: false, reason: "backend_down" });
      expect(gone.message).to.contain("503 from HAProxy");
      const unknown = await check({ port, host: "unknown.lab.test" });
      expect(unknown).to.include({ ok: false, reason: "websocket_forbidden" });
      expect(unknown.message).to.contain("403 from HAProxy");
    });
  });

  const HEAD = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n";
  for (const [says, reason, answer] of [
    [
      "redirects",
      "websocket_redirected",
      "HTTP/1.1 302 Found\r\nlocation: /login\r\ncontent-length: 0\r\n\r\n",
    ],
    ["says 400", "websocket_bad_request", "HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n"],
    ["says 426", "upgrade_not_passed", "HTTP/1.1 426 Upgrade Required\r\ncontent-length: 0\r\n\r\n"],
    ["says 504", "prosody_silent", "HTTP/1.1 504 Gateway Timeout\r\ncontent-length: 0\r\n\r\n"],
    ["says 418", "websocket_refused", "HTTP/1.1 418 I'm a teapot\r\ncontent-length: 0\r\n\r\n"],
    ["says 200 and no page", "websocket_bad_handshake", "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok"],
    [
      "proves nothing",
      "websocket_bad_handshake",
      `${HEAD}Sec-WebSocket-Protocol: xmpp\r\nSec-WebSocket-Accept: AAAA\r\n\r\n`,
    ],
    ["speaks SSH", "websocket_bad_handshake", "SSH-2.0-OpenSSH_9.2p1\r\n"],
    ["hangs up", "websocket_closed", ""],
  ] as const) {
    it(`has a reason for a server that ${says}: ${reason}`, async () => {
      const result = await check({ port: await servers.says(answer) });
      expect(result, result.message).to.include({ ok: false, reason });
    });
  }

  it("has a reason for silence, for headers and for a refusal that never end", async () => {
    const timeout = "300ms";
    const silent = await check({ port: await servers.silent(), timeout });
    expect(silent).to.include({ reason: "websocket_no_answer" });
    const endless = (start: string) =>
      servers.raw((socket) => {
        socket.write(start);
        const timer = setInterval(() => socket.write(`x: ${"y".repeat(500)}\r\n`), 2);
        socket.on("close", () => clearInterval(timer));
      });
    const headers = await check({ port: await endless("HTTP/1.1 101 Switching Protocols\r\n") });
    expect(headers).to.include({ reason: "websocket_bad_handshake" });
    const refusal = await check({ port: await endless("HTTP/1.1 503 Service Unavailable\r\n\r\n"), timeout });
    expect(refusal).to.include({ reason: "backend_down" });
  });

  describe("on an open WebSocket", () => {
    /** Upgrades, and answers the first bytes with this. */
    function answering(frame: Uint8Array | undefined): Promise<number> {
      const server = createServer();
      server.on("upgrade", (request: IncomingMessage, socket: Duplex) => {
        const key = `${request.headers["sec-websocket-key"]}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`;
        const accept = createHash("sha1").update(key).digest("base64");
        socket.on("error", () => undefined);
        socket.write(`${HEAD}Sec-WebSocket-Protocol: xmpp\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`);
        socket.once("data", () => (frame === undefined ? socket.end() : socket.write(frame)));
      });
      return servers.listen(server);
    }

    const text = (value: string | Uint8Array, opcode = 0x81): Buffer => {
      const payload = Buffer.from(value);
      const length = Buffer.from(
        payload.length < 126 ? [payload.length] : [126, payload.length >> 8, payload.length & 0xff],
      );
      return Buffer.concat([Buffer.from([opcode]), length, payload]);
    };
    const error =
      "<stream:error xmlns:stream='http://etherx.jabber.org/streams'><policy-violation xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error>";

    for (const [says, reason, frame] of [
      ["refuses the stream", "stream_refused", text(error)],
      ["closes the stream", "stream_closed", text("<close xmlns='urn:ietf:params:xml:ns:xmpp-framing'/>")],
      ["hangs up", "websocket_dropped", undefined],
      ["answers with HTML", "bad_frame", text("<html>&nbsp;</html>")],
      ["answers with an entity bomb", "bad_frame", text("<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>")],
      ["answers in binary", "bad_frame", text("<open xmlns='urn:ietf:params:xml:ns:xmpp-framing'/>", 0x82)],
      ["sends wrong UTF-8", "bad_frame", text(Buffer.from([0xff, 0xfe]))],
      ["announces a huge frame", "bad_frame", Buffer.from([0x81, 127, 0, 0, 0, 255, 255, 255, 255, 255])],
      ["breaks the framing", "bad_frame", Buffer.from([0xff, 0xff, 0xff])],
      ["says nothing", "stream_silent", Buffer.alloc(0)],
    ] as const) {
      it(`has a reason for a server that ${says}: ${reason}`, async () => {
        const result = await check({ port: await answering(frame), domain: DOMAIN, timeout: "400ms" });
        expect(result, result.message).to.include({ ok: false, reason });
      });
    }
  });
});
