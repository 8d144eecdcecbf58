/** The lab's stand-in bridge over its HTTP interfaces: what it allocates and refuses, and the misbehaviours there. */
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { WebSocket } from "ws";
import { z } from "zod";
import { BridgeParticipant, requestEndpoint } from "../lab/bridge-participant.ts";
import { type StandInBridge, startStandInBridge } from "../lab/stand-in-bridge.ts";

describe("the stand-in bridge's HTTP interface", function () {
  this.timeout(20_000);
  const folder = mkdtempSync(join(tmpdir(), "convene-bridge-rest-"));
  let bridge: StandInBridge;

  before(async () => {
    bridge = await startStandInBridge({ folder });
  });

  afterEach(async () => {
    await bridge.post("lab/well");
  });

  after(async () => {
    await bridge?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  function endpoint(id = "alice", meetingId = randomBytes(8).toString("hex"), opens = true) {
    return { url: bridge.url, meetingId, opens, id };
  }

  async function modify(meetingId: string, body: unknown): Promise<string> {
    const url = `${bridge.url}/colibri/v2/conferences/${meetingId}`;
    const response = await fetch(url, { method: "PATCH", body: JSON.stringify(body) });
    return `${response.status} ${await response.text()}`;
  }

  async function status(path: string): Promise<number> {
    const response = await fetch(`${bridge.url}${path}`);
    await response.body?.cancel();
    return response.status;
  }

  describe("colibri2", () => {
    it("refuses as the real one does: always 400, but 404 to a PATCH of what is not there", async () => {
      const alice = endpoint();
      expect(await modify(alice.meetingId, {})).to.equal("404 ");
      await BridgeParticipant.allocate(alice);
      const again = await requestEndpoint(alice);
      expect([again.status, await again.text()]).to.deep.equal([
        400,
        "Failed to create conference: Conference already exists",
      ]);
      const cases: readonly (readonly [unknown, string])[] = [
        [{ id: "nobody" }, "Unknown endpoint nobody"],
        [
          { id: "alice", create: true, transport: {}, capabilities: ["source-names"] },
          "Endpoint with ID alice already exists",
        ],
        [{ id: "bob", create: true }, "Attempt to create endpoint bob with no <transport>"],
        [
          { id: "alice", transport: { transport: { candidates: [{ ip: "192.0.2.1" }] } } },
          "a candidate without generation",
        ],
        [
          { id: "bob", create: true, transport: { sctp: { port: 4711 } }, capabilities: ["source-names"] },
          "Specific SCTP port requested, not supported.",
        ],
      ];
      for (const [request, text] of cases) {
        const said = await modify(alice.meetingId, { endpoints: [request] });
        expect(said).to.equal(`400 Failed to create conference: ${text}`);
      }
      expect(await status("/colibri/v2/conferences")).to.equal(501);
      expect(await status(`/colibri/v2/conferences/${alice.meetingId}`)).to.equal(501);
    });

    it("forgets a conference with its last endpoint", async () => {
      const alice = endpoint();
      await BridgeParticipant.allocate(alice);
      await BridgeParticipant.allocate({ ...alice, id: "bob", opens: false });
      const expire = (id: string): Promise<string> =>
        modify(alice.meetingId, { endpoints: [{ id, expire: true }] });
      expect(await expire("alice")).to.equal('200 {"endpoints":[{"id":"alice","expire":true}]}');
      expect(await expire("bob")).to.match(/^200/u);
      expect(await expire("bob")).to.equal("404 ");
    });

    it("takes no new conference while it shuts down, and goes on with what is there", async () => {
      const alice = endpoint();
      await BridgeParticipant.allocate(alice);
      await bridge.tell({ gracefulShutdown: true });
      const refused = await requestEndpoint(endpoint());
      expect([refused.status, await refused.text()]).to.deep.equal([
        400,
        "Failed to create conference: null",
      ]);
      await BridgeParticipant.allocate({ ...alice, id: "bob", opens: false });
      expect(await bridge.statistics()).to.include({ graceful_shutdown: true, drain: false });
    });
  });

  it("shows how far an endpoint is", async () => {
    const alice = endpoint();
    await BridgeParticipant.allocate(alice);
    const all = debugSchema.parse(await (await fetch(`${bridge.url}/debug`)).json());
    const [id] =
      Object.entries(all.conferences).find(([, { meeting_id }]) => meeting_id === alice.meetingId) ?? [];
    const one = await (await fetch(`${bridge.url}/debug/${id}/alice`)).json();
    expect(one).to.deep.equal({
      alice: {
        ice_transport: { iceConnected: false, iceFailed: false },
        dtls_transport: { is_connected: false },
      },
    });
    expect(await status(`/debug/${id}/nobody`)).to.equal(404);
  });

  it("counts the same in /metrics, which wants to be told the format", async () => {
    await BridgeParticipant.allocate(endpoint());
    const text = await (await fetch(`${bridge.url}/metrics`, { headers: { accept: "text/plain" } })).text();
    const { local_endpoints: endpoints } = await bridge.statistics();
    expect(text).to.contain(`\njitsi_jvb_local_endpoints ${String(endpoints)}\n`);
    expect(text).to.match(/^jitsi_jvb_ice_failed_total \d+$/mu);
  });

  it("opens a bridge channel to who has the password, unless it is told not to", async () => {
    const alice = endpoint();
    const { "web-sockets": urls } = await BridgeParticipant.allocate(alice);
    const [said = ""] = urls;
    expect(said).to.match(
      /^wss:\/\/meet\.lab\.test:443\/colibri-ws\/bridge-1\/[0-9a-f]{16}\/alice\?pwd=[^&]+$/u,
    );
    const own = said.replace("wss://meet.lab.test:443", `ws://127.0.0.1:${bridge.ports.webSocket}`);
    const socket = new WebSocket(own);
    await once(socket, "open");
    socket.send(JSON.stringify({ colibriClass: "ClientHello" }));
    const [message] = await once(socket, "message");
    expect(String(message)).to.contain('"ServerHello"');
    socket.close();
    expect(await refusal(own.replace(/pwd=.*/u, "pwd=guessed"))).to.contain("403");
    await bridge.tell({ webSockets: "closed" });
    expect(await refusal(own)).to.contain("403");
  });

  describe("told to do wrong", () => {
    it("does not take an order that it does not know", async () => {
      for (const order of [
        { health: "500" },
        { candidates: "every" },
        { mediocre: true },
        { toString: "" },
      ]) {
        const response = await bridge.post("lab/behaviour", order);
        expect(response.status, JSON.stringify(order)).to.equal(400);
      }
    });

    it("refuses an allocation in its own words, or after a while grants it", async () => {
      await bridge.tell({ allocationRefusal: "no more room" });
      const refused = await requestEndpoint(endpoint());
      expect(await refused.text()).to.equal("Failed to create conference: no more room");
      await bridge.tell({ allocationRefusal: "", allocationDelayMs: 50 });
      const startedAt = performance.now();
      await BridgeParticipant.allocate(endpoint());
      expect(performance.now() - startedAt).to.be.at.least(45);
    });

    const candidates: readonly (readonly [string, () => readonly string[]])[] = [
      ["all", () => [`127.0.0.1:${bridge.ports.media}`, `192.0.2.10:${bridge.ports.media}`]],
      ["private-only", () => [`127.0.0.1:${bridge.ports.media}`]],
      ["wrong-port", () => [`127.0.0.1:${bridge.ports.media}`, `192.0.2.10:${bridge.ports.media + 1}`]],
      ["none", () => []],
    ];
    for (const [order, expected] of candidates) {
      it(`says the candidates that "${order}" means`, async () => {
        await bridge.tell({ candidates: order });
        const said = await BridgeParticipant.allocate(endpoint());
        expect(said.candidates.map(({ ip, port }) => `${ip}:${port}`)).to.deep.equal(expected());
      });
    }

    it("answers with garbage, or without an end", async () => {
      await bridge.tell({ answers: "garbage" });
      expect(await (await fetch(`${bridge.url}/colibri/stats`)).text()).to.contain("<html>");
      await bridge.tell({ answers: "endless" });
      const response = await fetch(`${bridge.url}/about/version`);
      let bytes = 0;
      for await (const piece of response.body ?? []) {
        bytes += piece.length;
        if (bytes > 2 ** 23) break;
      }
      expect(bytes).to.be.above(2 ** 23);
      // And still answers others.
      expect(await status("/about/health")).to.equal(200);
    });
  });
});

const debugSchema = z.object({ conferences: z.record(z.string(), z.object({ meeting_id: z.string() })) });

/** Why the server did not open the socket. */
async function refusal(url: string): Promise<string> {
  const socket = new WebSocket(url);
  const [error] = await once(socket, "error");
  return String(error);
}
