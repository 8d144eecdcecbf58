/** What HAProxy does with each port before any route counts: names on 443, redirects on 80, numbers on 6080. */
import { expect } from "chai";
import { once } from "node:events";
import { get, type IncomingMessage } from "node:http";
import { connect as connectPlain } from "node:net";
import { connect, createServer, type Server } from "node:tls";
import { freePorts } from "../lab/free-ports.ts";
import { labHaproxy, type LabHaproxy } from "../lab/haproxy.ts";
import { renderHaproxy } from "../lab/proxy-template.ts";
import { makeCertificate } from "../lab/test-certificates.ts";

const TURN = "turn.example.org";

async function page(port: number, path: string): Promise<IncomingMessage> {
  const headers = { host: "meet.example.org" };
  const [response] = await once(get({ host: "127.0.0.1", port, path, headers, agent: false }), "response");
  response.resume();
  return response;
}

describe("the ports of HAProxy", () => {
  let haproxy: LabHaproxy;
  let turn: Server;

  before(async () => {
    const [port = 0] = await freePorts(1);
    const own = await makeCertificate({ names: [TURN] });
    turn = createServer({ cert: own.pem, key: own.keyPem }, (socket) => {
      socket.once("data", (data) => socket.end(`turn heard ${data.toString()}`));
    });
    turn.listen(port, "127.0.0.1");
    await once(turn, "listening");
    haproxy = await labHaproxy();
    const keys = {
      "service/coturn/coturn-domain": TURN,
      "service/coturn/ip-addr-host-part": "1",
      "service/coturn/tls-listening-port": String(port),
    };
    await haproxy.write(
      "etc/haproxy/haproxy.cfg",
      await renderHaproxy({ own: keys, network: "127.0.0.1/24" }),
    );
    await haproxy.start();
  });

  after(async () => {
    await haproxy[Symbol.asyncDispose]();
    turn.close();
  });

  it("hand TURN's name on 443 to coturn, undecrypted and without a word before it", async () => {
    const options = { host: "127.0.0.1", port: haproxy.ports.https, rejectUnauthorized: false };
    const socket = connect({ ...options, servername: "Turn.Example.Org" }, () => socket.write("allocate"));
    const [data] = await once(socket, "data", { signal: AbortSignal.timeout(3000) });
    expect(String(data)).to.equal("turn heard allocate");
    socket.destroy();
  });

  it("close 443 on what is not TLS", async () => {
    const socket = connectPlain(haproxy.ports.https, "127.0.0.1", () =>
      socket.write("GET / HTTP/1.1\r\n\r\n"),
    );
    socket.on("error", () => {});
    await once(socket, "close", { signal: AbortSignal.timeout(10_000) });
    expect(socket.bytesRead).to.equal(0);
  });

  it("lead from 80 to HTTPS", async () => {
    const { statusCode, headers } = await page(haproxy.ports.http, "/room?x=1");
    expect(statusCode).to.equal(301);
    expect(headers.location).to.equal("https://meet.example.org/room?x=1");
  });

  it("leave challenges of the certificate authority on 80 to certbot", async () => {
    // Nothing answers there now: the request went on to certbot's address.
    expect((await page(haproxy.ports.http, "/.well-known/acme-challenge/x")).statusCode).to.equal(503);
  });

  it("tell statistics and metrics on a port of their own", async () => {
    expect((await page(haproxy.ports.stats, "/")).statusCode).to.equal(200);
    expect((await page(haproxy.ports.stats, "/metrics")).headers["content-type"]).to.contain("text/plain");
  });
});
