/** The DNS check against a real dnsmasq, and against servers that refuse, fail, are silent or answer garbage. */
import { expect } from "chai";
import type { CheckResult } from "../../src/checks/check.ts";
import { startDnsRcodeServer } from "../lab/dns-rcode-server.ts";
import { loopbackCheck } from "../lab/loopback-check.ts";
import { freePort } from "../lab/loopback-port.ts";
import { type RunningProgram, startProgram } from "../lab/programs.ts";

const NAME = "meet.lab.test";

describe("check dns", () => {
  let dnsmasq: RunningProgram;
  let port: number;

  before(async () => {
    port = await freePort();
    const records = [
      `--host-record=${NAME},192.0.2.10,2001:db8::10`,
      `--host-record=${NAME},192.0.2.11`,
      `--cname=www.lab.test,${NAME}`,
      `--srv-host=_xmpp-client._tcp.lab.test,${NAME},5222`,
    ];
    const own = [
      "--conf-file=/dev/null",
      "--no-resolv",
      "--no-hosts",
      "--local=/test/",
      "--keep-in-foreground",
    ];
    const where = ["--bind-interfaces", "--listen-address=127.0.0.1", `--port=${port}`, "--log-facility=-"];
    dnsmasq = await startProgram(["dnsmasq", ...own, ...where, ...records], (log) => log.includes("started"));
  });

  after(() => dnsmasq.stop());

  function check(spec: Readonly<Record<string, unknown>>): Promise<CheckResult> {
    return loopbackCheck("dns", { name: NAME, server: "127.0.0.1", port, timeout: "10s", ...spec });
  }

  it("is ok when the expected addresses are there, in any spelling, whatever else is", async () => {
    const result = await check({ expect: ["192.0.2.10"] });
    expect(result, result.message).to.include({ ok: true, reason: "ok", target: `${NAME} A` });
    expect(String(result.evidence.records).split(" ")).to.have.members(["192.0.2.10", "192.0.2.11"]);
    expect(await check({ type: "AAAA", expect: ["2001:0db8:0::10"], only: true })).to.include({
      reason: "ok",
    });
    expect(await check({})).to.include({ reason: "ok" });
  });

  it("notes an alias", async () => {
    const result = await check({ name: "www.lab.test", expect: ["192.0.2.10"] });
    expect(result).to.include({ ok: true, reason: "ok" });
    expect(result.evidence).to.include({ alias: NAME });
  });

  it("reads SRV records as target and port", async () => {
    const service = { name: "_xmpp-client._tcp.lab.test", type: "SRV" };
    expect(await check({ ...service, expect: [`${NAME}:5222`], only: true })).to.include({ reason: "ok" });
    expect(await check({ ...service, expect: [`${NAME}:5223`] })).to.include({ reason: "wrong_address" });
  });

  it("tells a name that leads elsewhere from one that lacks an address, and says both at once", async () => {
    const elsewhere = await check({ expect: ["203.0.113.1"] });
    expect(elsewhere).to.include({ ok: false, reason: "wrong_address" });
    expect(elsewhere.message).to.contain("expected 203.0.113.1");
    const lacking = await check({ expect: ["192.0.2.10", "203.0.113.1"] });
    expect(lacking).to.include({ ok: false, reason: "missing_address" });
    const extra = await check({ expect: ["192.0.2.10"], only: true });
    expect(extra).to.include({ ok: false, reason: "wrong_address" });
    expect(extra.message).to.contain("192.0.2.11 should not be there");
    const both = await check({ expect: ["192.0.2.10", "203.0.113.1"], only: true });
    expect(both.evidence).to.include({ findings: "wrong_address missing_address" });
  });

  it("tells a name that does not exist from one without such a record", async () => {
    expect(await check({ name: "nobody.lab.test" })).to.include({ ok: false, reason: "name_unknown" });
    expect(await check({ name: "_xmpp-client._tcp.lab.test" })).to.include({ reason: "no_records" });
  });

  it("has a reason for servers that fail, refuse, are not there, are silent or talk nonsense", async () => {
    for (const [answer, reason] of [
      [2, "server_failed"],
      [5, "server_refused"],
      [Buffer.from("HTTP/1.1 400 Bad Request\r\n\r\n"), "bad_dns_answer"],
      [undefined, "timeout"],
    ] as const) {
      await using server = await startDnsRcodeServer(answer);
      const result = await check({ port: server.port, timeout: "400ms" });
      expect(result, `${reason}: ${result.message}`).to.include({ ok: false, reason });
    }
    expect(await check({ port: await freePort() })).to.include({ ok: false, reason: "no_dns_answer" });
  });

  it("says who was asked in vain when the resolver itself gives up", async () => {
    const resolveRecords = () =>
      Promise.reject(Object.assign(new Error("queryA ETIMEOUT"), { code: "ETIMEOUT" }));
    const result = await loopbackCheck("dns", { name: NAME }, { resolveRecords });
    expect(result).to.include({ ok: false, reason: "no_dns_answer" });
    expect(result.message).to.contain(NAME);
  });

  it("takes the resolver that its context hands it", async () => {
    const asked: unknown[] = [];
    const resolveRecords = async (question: unknown) => {
      asked.push(question);
      return { records: ["198.51.100.7"], alias: undefined };
    };
    const result = await loopbackCheck("dns", { name: NAME, expect: ["198.51.100.7"] }, { resolveRecords });
    expect(result.reason).to.equal("ok");
    expect(asked).to.deep.equal([{ name: NAME, type: "A", server: undefined }]);
  });
});
