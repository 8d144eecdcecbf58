/** Where the bridge's WebSocket may lead, and what is said of one that does not open. */
import { expect } from "chai";
import { createServer, type Server } from "node:https";
import { setTimeout as delay } from "node:timers/promises";
import { promisify } from "node:util";
import { WebSocketServer } from "ws";
import { createCheckContext } from "../../../../src/checks/check-context.ts";
import type { CheckContext } from "../../../../src/checks/check.ts";
import { CheckRun } from "../../../../src/checks/check-run.ts";
import { testBridgeChannel } from "../../../../src/checks/conference/bridge-channel.ts";
import type { Offer } from "../../../../src/checks/conference/jingle-offer.ts";
import { createContactBounds } from "../../../../src/doctor/contact-bounds.ts";
import { systemClock } from "../../../../src/system/clock.ts";
import { listenOnLoopback } from "../../../lab/loopback-port.ts";
import { makeCertificate, type TestCertificate } from "../../../lab/test-certificates.ts";

const OTHER_PROTOCOL = "HTTP/1.1 101 Switching\r\nConnection: upgrade\r\nUpgrade: other\r\n\r\n";

/** Connections that are open at the server; waits until there is none, 5 s at most. */
async function openAt(server: Server): Promise<number> {
  const count = promisify<number>((seen) => server.getConnections(seen));
  let open = await count();
  for (let tries = 0; open > 0 && tries < 100; tries += 1) {
    await delay(50);
    open = await count();
  }
  return open;
}

describe("the bridge's WebSocket on another host than the page's", () => {
  let server: Server;
  let port: number;
  let webSockets: WebSocketServer;
  let certificate: TestCertificate;

  before(async () => {
    certificate = await makeCertificate({ names: ["bridge.test"] });
    server = createServer({ cert: certificate.pem, key: certificate.keyPem });
    webSockets = new WebSocketServer({ noServer: true });
    server.on("upgrade", (request, socket, head) => {
      if (request.url === "/reset") socket.destroy();
      else if (request.url === "/odd") socket.write("HTTP/1.1 101 Odd\r\n\r\n");
      else if (request.url === "/other-protocol") socket.write(OTHER_PROTOCOL);
      else if (request.url !== "/colibri-ws/1") socket.write("HTTP/1.1 400 Bad Request\r\n\r\n");
      else webSockets.handleUpgrade(request, socket, head, () => undefined);
    });
    port = await listenOnLoopback(server);
  });
  after(() => {
    webSockets.close();
    server.close();
  });

  async function test(path: string, more: Partial<CheckContext>): Promise<string | undefined> {
    const { signal } = new AbortController();
    const resolve = (host: string): Promise<string[]> =>
      host === "bridge.test" ? Promise.resolve(["127.0.0.1"]) : Promise.reject(new Error(`not ${host}`));
    const extraRoots = [certificate.pem];
    const context = createCheckContext({ clock: systemClock, signal, resolve, extraRoots, ...more });
    const target = {
      host: "meet.test",
      address: "127.0.0.9",
      port: 443,
      secure: true,
      path: "/xmpp-websocket",
      domain: "meet.test",
      allowSelfSigned: false,
    };
    const place = { target, muc: "", focus: "", room: "", allowSelfSigned: false };
    const offer: Offer = {
      sid: "1",
      initiator: undefined,
      content: "audio",
      opusPayloadType: 111,
      transport: { ufrag: "", pwd: "", fingerprints: [], candidates: [] },
      webSocket: `wss://bridge.test:${port}${path}`,
      bridgeSession: undefined,
    };
    return await testBridgeChannel(offer, place, new CheckRun(context, signal));
  }

  it("is tested there, by its own name, where bounds are kept", async () => {
    const contacts = createContactBounds(true);
    expect(await test("/colibri-ws/1", { contacts })).to.equal(undefined);
    expect(await test("/other", { contacts })).to.match(/^\/other\/… answers 400$/);
  });

  it("is not contacted beyond them", async () => {
    const contacts = createContactBounds(false);
    expect(await test("/colibri-ws/1", { contacts }))
      .to.include("127.0.0.1")
      .and.include("loopback");
  });

  it("leaves no connection open, however it ends", async () => {
    const contacts = createContactBounds(true);
    for (const path of [
      "/colibri-ws/1",
      "/other",
      "/reset",
      "/odd",
      "/other-protocol",
      "/colibri-ws/1#fragment",
    ]) {
      await test(path, { contacts });
      expect(await openAt(server), path).to.equal(0);
    }
  });

  it("tells what it met from an answer that does not come in time", async () => {
    const contacts = createContactBounds(true);
    expect(await test("/reset", { contacts })).to.equal("it does not open: socket hang up");
    expect(await test("/odd", { contacts })).to.equal("/odd/… answers 101");
    expect(await test("/other-protocol", { contacts })).to.equal("it does not open: Invalid Upgrade header");
    expect(await test("/colibri-ws/1#fragment", { contacts })).to.equal(
      "its address has a fragment (#…), which no browser opens",
    );
  });

  it("is wrong at a site of ours, and is not contacted", async () => {
    expect(await test("/colibri-ws/1", {})).to.equal("its address leads to bridge.test, not to meet.test");
  });
});
