/** The TCP check against ports that talk, are silent, hang up, or are not there. */
import { expect } from "chai";
import type { CheckResult } from "../../src/checks/check.ts";
import { loopbackCheck } from "../lab/loopback-check.ts";
import { startFullBacklog } from "../lab/full-backlog.ts";
import { freePort } from "../lab/loopback-port.ts";
import { createLoopbackServers } from "../lab/loopback-servers.ts";

describe("check tcp on loopback", () => {
  const servers = createLoopbackServers();

  afterEach(() => servers.close());

  function check(spec: Readonly<Record<string, unknown>>): Promise<CheckResult> {
    return loopbackCheck("tcp", { host: "service.test", ...spec });
  }

  it("is ok as soon as the port accepts", async () => {
    const port = await servers.silent();
    expect(await check({ port })).to.include({ ok: true, reason: "ok", target: `service.test:${port}/tcp` });
    expect(await check({ port: await freePort() })).to.include({ ok: false, reason: "port_closed" });
  });

  it("tells a port where packets get lost from a closed one", async () => {
    const full = await startFullBacklog();
    const result = await check({ port: full.port, timeout: "300ms" });
    await full.stop();
    expect(result).to.include({ ok: false, severity: "critical", reason: "connect_timeout" });
    expect(result.phases.map(({ name }) => name)).to.deep.equal(["resolve", "connect"]);
    expect(result.hint).to.contain("firewall");
  });

  it("wants a banner, which may come in pieces", async () => {
    const port = await servers.raw((socket) => {
      socket.write("SSH-");
      setTimeout(() => socket.end("2.0-OpenSSH_9.2p1\r\n"), 20);
    });
    expect(await check({ port, banner: "SSH-2.0" })).to.include({ ok: true, reason: "ok" });
    const wrong = await check({ port, banner: "220 " });
    expect(wrong).to.include({ ok: false, reason: "banner_wrong" });
    expect(wrong.message).to.contain("OpenSSH");
  });

  it("has a reason for a banner that does not come, never ends, or is not text", async () => {
    const silent = await check({ port: await servers.silent(), banner: "220", timeout: "300ms" });
    expect(silent).to.include({ ok: false, reason: "banner_missing" });
    const closed = await check({ port: await servers.raw((socket) => socket.end()), banner: "220" });
    expect(closed).to.include({ ok: false, reason: "closed_at_once" });
    const endless = await servers.says(Buffer.alloc(1_000_000, 0xff), true);
    const flood = await check({ port: endless, banner: "220" });
    expect(flood).to.include({ ok: false, reason: "banner_wrong" });
    expect(flood.message.length).to.be.lessThan(400);
  });

  it("wants silence, and tells talking from hanging up", async () => {
    const silentFor = "150ms";
    expect(await check({ port: await servers.silent(), silentFor })).to.include({ ok: true, reason: "ok" });
    expect(await check({ port: await servers.says("220 hello"), silentFor })).to.include({
      reason: "not_silent",
    });
    const closing = await servers.raw((socket) => socket.end());
    expect(await check({ port: closing, silentFor })).to.include({ reason: "closed_at_once" });
  });

  it("cannot want both", async () => {
    const result = await check({ port: 1, banner: "x", silentFor: "1s" });
    expect(result).to.include({ reason: "invalid_spec" });
  });
});
