/** The videobridge's ladder against a bridge that this test makes well or badly. */
import { expect } from "chai";
import { createSocket, type Socket } from "node:dgram";
import { createServer, type Server } from "node:http";
import { createCheckContext } from "../../src/checks/check-context.ts";
import type { CheckResult } from "../../src/checks/check.ts";
import { runCheck } from "../../src/checks/registry.ts";
import { decodeStun } from "../../src/checks/stun/stun-decode.ts";
import { encodeStun } from "../../src/checks/stun/stun-encode.ts";
import { Attribute } from "../../src/checks/stun/stun-constants.ts";
import { attributeText } from "../../src/checks/stun/stun-message.ts";
import { freePort, listenOnLoopback } from "../lab/loopback-port.ts";

const PASSWORD = "the bridge's password";

interface Badness {
  readonly health?: { readonly status: number; readonly body: string };
  readonly statsStatus?: number;
  readonly allocation?: { readonly status: number; readonly body: string };
  readonly candidateIp?: string;
  readonly candidatePort?: number;
  /** Key the media port signs with. */
  readonly mediaKey?: string;
  readonly silentMedia?: boolean;
}

describe("check bridge", function () {
  this.timeout(10_000);
  let http: Server | undefined;
  let media: Socket | undefined;
  let requests: string[] = [];

  afterEach(() => {
    http?.close();
    media?.close();
    media = undefined;
    requests = [];
  });

  async function startMedia(bad: Badness): Promise<number> {
    const socket = createSocket("udp4");
    media = socket;
    await new Promise<void>((resolve) => {
      socket.bind(0, "127.0.0.1", resolve);
    });
    socket.on("message", (bytes, from) => {
      const decoded = decodeStun(bytes);
      const known =
        decoded.ok && attributeText(decoded.message, Attribute.username)?.startsWith("bridge:") === true;
      if (!decoded.ok || !known || bad.silentMedia === true) return;
      const { transactionId, verifyIntegrity } = decoded.message;
      if (verifyIntegrity(Buffer.from(PASSWORD)) !== true) return;
      const answer = { method: 1, messageClass: 2, transactionId, attributes: [] } as const;
      const integrityKey = Buffer.from(bad.mediaKey ?? PASSWORD);
      socket.send(encodeStun(answer, { integrityKey, fingerprint: true }), from.port, from.address);
    });
    return socket.address().port;
  }

  async function startBridge(bad: Badness, mediaPort: number): Promise<number> {
    const ip = bad.candidateIp ?? "203.0.113.10";
    const candidate = { ip, port: String(bad.candidatePort ?? mediaPort), protocol: "udp", type: "srflx" };
    const transport = { ufrag: "bridge", pwd: PASSWORD, candidates: [candidate] };
    const allocated = JSON.stringify({ endpoints: [{ id: "x", transport: { transport } }] });
    http = createServer((request, response) => {
      requests.push(`${request.method} ${request.url}`);
      const answer = (status: number, body: string) => response.writeHead(status).end(body);
      if (request.url === "/about/health") answer(bad.health?.status ?? 200, bad.health?.body ?? "");
      else if (request.url === "/colibri/stats") {
        answer(bad.statsStatus ?? 200, '{"conferences":1,"participants":3,"drain":false,"version":"2.3"}');
      } else if (request.method === "POST") {
        answer(bad.allocation?.status ?? 200, bad.allocation?.body ?? allocated);
      } else answer(200, "{}");
    });
    return await listenOnLoopback(http);
  }

  async function check(bad: Badness = {}, closedMedia = false): Promise<CheckResult> {
    const mediaPort = closedMedia ? await freePort() : await startMedia(bad);
    const restPort = await startBridge(bad, mediaPort);
    const context = createCheckContext({ clock: Date, signal: new AbortController().signal });
    const spec = {
      address: "127.0.0.1",
      restPort,
      publicAddresses: ["203.0.113.10"],
      mediaPort: mediaPort - 1,
      mediaPortPlus: 1,
    };
    return await runCheck({ name: "bridge-1", kind: "bridge", spec, intervalSeconds: 60 }, context);
  }

  it("is ok when healthy and the media port answers, and gives the conference back", async () => {
    const result = await check();
    expect(result).to.include({ ok: true, reason: "ok" });
    expect(result.phases.map(({ name }) => name)).to.deep.equal([
      "health",
      "statistics",
      "allocate",
      "media 127.0.0.1",
      "expire",
    ]);
    expect(result.evidence).to.include({ participants: 3, draining: false, version: "2.3" });
    expect(requests.at(-1)).to.match(/^PATCH \/colibri\/v2\/conferences\/[0-9a-f-]{36}$/);
  });

  it("says unhealthy in the bridge's own words and allocates nothing", async () => {
    const result = await check({
      health: { status: 500, body: "No valid IP addresses available for harvesting." },
    });
    expect(result).to.include({ ok: false, reason: "unhealthy" });
    expect(result.message).to.contain("No valid IP addresses");
    expect(requests).to.deep.equal(["GET /about/health"]);
  });

  it("names each other rung that fails, and always gives the conference back", async () => {
    const cases: readonly (readonly [string, Badness])[] = [
      ["rest_disabled", { statsStatus: 404 }],
      ["allocation_refused", { allocation: { status: 503, body: "shutting down" } }],
      ["bad_answer", { allocation: { status: 200, body: "<html>" } }],
      ["bad_answer", { allocation: { status: 200, body: '{"endpoints":[{"transport":{}}]}' } }],
      ["no_public_candidate", { candidateIp: "10.10.1.21" }],
      ["wrong_media_port", { candidatePort: 4443 }],
      ["media_refused", { mediaKey: "another bridge's" }],
      ["media_no_answer", { silentMedia: true }],
    ];
    for (const [reason, bad] of cases) {
      const result = await check(bad);
      expect(result).to.include({ ok: false, reason });
      expect(result.hint, reason).to.be.a("string");
      if (reason !== "rest_disabled") expect(requests.at(-1), reason).to.match(/^PATCH/);
      http?.close();
      media?.close();
      media = undefined;
    }
  });

  it("says media_port_closed when nothing listens, and port_closed for the REST interface", async () => {
    expect(await check({}, true)).to.include({ reason: "media_port_closed" });
    http?.close();
    const context = createCheckContext({ clock: Date, signal: new AbortController().signal });
    const spec = { address: "127.0.0.1", restPort: await freePort() };
    const result = await runCheck({ name: "b", kind: "bridge", spec, intervalSeconds: 60 }, context);
    expect(result).to.include({ reason: "port_closed" });
  });
});
