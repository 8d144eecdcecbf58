/** The WebSocket check against a real Prosody, and against things that are none. */
import { expect } from "chai";
import { createServer, type Server } from "node:http";
import { WebSocketServer } from "ws";
import type { CheckResult } from "../../src/checks/check.ts";
import { createCheckContext } from "../../src/checks/check-context.ts";
import { runCheck } from "../../src/checks/registry.ts";
import { systemClock } from "../../src/system/clock.ts";
import { listenOnLoopback } from "../lab/loopback-port.ts";
import { type ProsodyServer, startProsody } from "../lab/prosody-server.ts";

describe("check xmpp", function () {
  this.timeout(20_000);
  let prosody: ProsodyServer;
  let server: Server | undefined;

  before(async () => {
    prosody = await startProsody([
      { domain: "meet.test", authentication: "internal_hashed" },
      { domain: "guest.meet.test", authentication: "anonymous" },
    ]);
  });
  after(() => prosody.stop());
  afterEach(() => {
    server?.closeAllConnections();
    server?.close();
    server = undefined;
  });

  async function check(spec: Record<string, unknown>): Promise<CheckResult> {
    const context = createCheckContext({
      clock: systemClock,
      signal: new AbortController().signal,
      resolve: () => Promise.resolve(["127.0.0.1"]),
    });
    const filled = { host: "meet.test", scheme: "ws", port: prosody.httpPort, timeout: "3s", ...spec };
    return await runCheck({ name: "xmpp", kind: "xmpp", spec: filled, intervalSeconds: 60 }, context);
  }

  async function listen(made: Server): Promise<number> {
    server = made;
    return await listenOnLoopback(made);
  }

  it("opens a stream and reads the mechanisms of members and of guests", async () => {
    const member = await check({ mechanisms: ["SCRAM-SHA-1"] });
    const guest = await check({ domain: "guest.meet.test", mechanisms: ["ANONYMOUS"] });
    expect(member).to.include({ ok: true, reason: "ok" });
    expect(member.evidence.mechanisms).to.contain("SCRAM-SHA-1");
    expect(member.phases.map(({ name }) => name)).to.deep.equal([
      "resolve",
      "connect",
      "upgrade",
      "open",
      "features",
    ]);
    expect(guest).to.include({ ok: true });
    expect(guest.evidence).to.include({ mechanisms: "ANONYMOUS", from: "guest.meet.test" });
  });

  it("says missing_mechanism when guests cannot come in", async () => {
    const result = await check({ mechanisms: ["ANONYMOUS"] });
    expect(result).to.include({ ok: false, reason: "missing_mechanism" });
    expect(result.message).to.contain("ANONYMOUS");
  });

  it("says host_unknown when the guest domain has no VirtualHost", async () => {
    const result = await check({ domain: "guests.meet.test" });
    expect(result).to.include({ reason: "host_unknown" });
    expect(result.evidence).to.include({ condition: "host-unknown" });
  });

  it("says who answers, and with what, when the path is not a WebSocket", async () => {
    const wrongPath = await check({ path: "/nothing" });
    expect(wrongPath).to.include({ reason: "websocket_not_found" });
    expect(wrongPath.evidence).to.include({ status: 404, answeredBy: "Prosody" });
    const port = await listen(createServer((_request, response) => response.end("<html>hello</html>")));
    const page = await check({ port });
    expect(page).to.include({ reason: "websocket_is_page" });
    expect(page.evidence).to.include({ status: 200 });
  });

  it("says no_features when the stream stays silent", async () => {
    const open = '<open xmlns="urn:ietf:params:xml:ns:xmpp-framing" from="meet.test" version="1.0"/>';
    const port = await listen(answering([open]));
    expect((await check({ port, timeout: "800ms" })).reason).to.equal("no_features");
  });

  it("says bad_answer for frames that are no single XML element", async () => {
    const bomb = '<!DOCTYPE a [<!ENTITY b "c">]><open xmlns="urn:ietf:params:xml:ns:xmpp-framing">&b;</open>';
    for (const frame of ["hello", "<open>", bomb, "<a/><b/>"]) {
      const port = await listen(answering([frame]));
      expect((await check({ port })).reason, frame).to.equal("bad_answer");
      server?.closeAllConnections();
      server?.close();
    }
  });

  it("ends with a reason when a frame is larger than any stream feature", async () => {
    const port = await listen(answering([`<open>${"a".repeat(100_000)}</open>`]));
    expect((await check({ port })).reason).to.equal("bad_answer");
  });
});

/** A server that upgrades and answers every frame with these. */
function answering(frames: readonly string[]): Server {
  const made = createServer();
  const sockets = new WebSocketServer({ server: made, handleProtocols: () => "xmpp" });
  sockets.on("connection", (socket) => {
    socket.once("message", () => {
      for (const frame of frames) socket.send(frame);
    });
  });
  return made;
}
