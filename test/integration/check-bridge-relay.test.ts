/** The bridge's ladder through a relay: what is the relay's fault, and whom it refuses. */
import { expect } from "chai";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createCheckContext } from "../../src/checks/check-context.ts";
import type { CheckContext, CheckResult } from "../../src/checks/check.ts";
import { runCheck } from "../../src/checks/registry.ts";
import { Method } from "../../src/checks/stun/stun-constants.ts";
import { systemClock } from "../../src/system/clock.ts";
import { Secret } from "../../src/system/secret.ts";
import { startCoturn } from "../lab/coturn-server.ts";
import { freePort } from "../lab/loopback-port.ts";
import { polite, refuse, STAND_IN_NOW, STAND_IN_SECRET, startStandInUdp } from "../lab/misbehaving-turn.ts";
import { type StandInBridge, startStandInBridge } from "../lab/stand-in-bridge.ts";

const PUBLIC = "192.0.2.10";

describe("check bridge through a relay", function () {
  this.timeout(20_000);
  const folder = mkdtempSync(join(tmpdir(), "convene-check-bridge-"));
  let bridge: StandInBridge;

  before(async () => {
    bridge = await startStandInBridge({ folder });
  });

  after(async () => {
    await bridge?.stop();
    rmSync(folder, { recursive: true });
  });

  async function check(
    fields: Readonly<Record<string, unknown>>,
    changes: Partial<CheckContext>,
  ): Promise<CheckResult> {
    const { http: restPort, media: mediaPort } = bridge.ports;
    const own = { address: "127.0.0.1", restPort, mediaPort, publicAddresses: [PUBLIC], via: ["127.0.0.1"] };
    const spec = { ...own, registered: false, hold: "100ms", ...fields };
    const context = createCheckContext({
      clock: systemClock,
      signal: new AbortController().signal,
      ...changes,
    });
    return await runCheck({ name: "bridge-1", kind: "bridge", spec, intervalSeconds: 60 }, context);
  }

  it("does not blame the bridge for a relay that is not to be had", async () => {
    const turn = { host: "127.0.0.1", port: await freePort(), transport: "tcp", secret: "turn-secret" };
    const result = await check({ turn }, { secret: () => Promise.reject(new Error("there is none")) });
    expect(result).to.include({ reason: "ok" });
    expect(result.evidence["relay"]).to.match(/^not tested/);
  });

  it("does not blame the bridge for a relay that refuses every permission, or ends", async () => {
    const overloaded = await startStandInUdp((request, count) =>
      request.method === Method.channelBind ? refuse(request, 508) : polite(request, count),
    );
    // Nobody has the address that only is said: coturn is not to send there.
    const extra = [`denied-peer-ip=${PUBLIC}`];
    const ending = await startCoturn({ secret: STAND_IN_SECRET.reveal(), extra });
    const secret = () => Promise.resolve(STAND_IN_SECRET);
    const turn = { host: "127.0.0.1", transport: "udp", secret: "turn-secret" };
    const connected = Promise.withResolvers<void>();
    const running = Promise.all([
      check(
        { turn: { ...turn, port: overloaded.port } },
        { secret, clock: { ...systemClock, now: () => STAND_IN_NOW } },
      ),
      check(
        { turn: { ...turn, port: ending.port, transport: "tcp" }, hold: "1200ms" },
        {
          secret,
          transcript: (line) => void (line.startsWith("relay tcp: connected") && connected.resolve()),
        },
      ),
    ]);
    await Promise.race([connected.promise, running]);
    await ending.stop();
    const results = await running;
    overloaded.stop();
    const [refused, ended] = results;
    expect(refused, refused.message).to.include({ ok: true, reason: "ok" });
    expect(ended, ended.message).to.include({ severity: "warning", reason: "relay_peer_denied" });
    expect(refused.evidence["relay"]).to.contain("not tested, permission_failed: no permission for");
    expect(ended.evidence["relay"]).to.contain("not tested, connection_lost: ");
  });

  it("says relay_peer_denied when coturn refuses an address of the bridge, worse when it refuses each", async () => {
    const secret = "the secret both sides know";
    const denied = [`denied-peer-ip=${PUBLIC}`, "denied-peer-ip=127.0.0.1"];
    const coturns = await Promise.all(
      [1, 2].map((count) => startCoturn({ secret, extra: denied.slice(0, count) })),
    );
    const [one, both] = await Promise.all(
      coturns.map(({ port }) =>
        check(
          { turn: { host: "127.0.0.1", port, secret: "turn-secret" } },
          { secret: () => Promise.resolve(new Secret(secret)) },
        ),
      ),
    );
    await Promise.all(coturns.map((coturn) => coturn.stop()));
    const { media } = bridge.ports;
    expect(one, one?.message).to.include({ ok: false, severity: "warning", reason: "relay_peer_denied" });
    expect(one?.message).to.equal(`coturn refuses ${PUBLIC}:${media} as a peer`);
    expect(one?.evidence["relay udp"]).to.match(/^ICE/u);
    expect(both, both?.message).to.include({ ok: false, severity: "critical", reason: "relay_peer_denied" });
    expect(both?.message).to.contain(`127.0.0.1:${media}`).and.to.contain("reaches no other address of it");
    expect(both?.phases.at(-2)?.name).to.equal("relay candidates");
  });
});
