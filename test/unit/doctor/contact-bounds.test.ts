/** Whom doctor contacts, and how many packets it sends to who has proved nothing. */
import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { expect } from "chai";
import type { CheckResult } from "../../../src/checks/check.ts";
import { createCheckContext } from "../../../src/checks/check-context.ts";
import { runCheck } from "../../../src/checks/registry.ts";
import { createContactBounds } from "../../../src/doctor/contact-bounds.ts";
import { systemClock } from "../../../src/system/clock.ts";

describe("doctor's bounds", () => {
  let server: Socket;
  let packets: number;

  beforeEach(async () => {
    packets = 0;
    server = createSocket("udp4");
    server.on("message", () => (packets += 1));
    server.bind(0, "127.0.0.1");
    await once(server, "listening");
  });
  afterEach(() => server.close());

  async function check(contacts: ReturnType<typeof createContactBounds>, kind: string): Promise<CheckResult> {
    const resolve = () => Promise.resolve(["127.0.0.1"]);
    const signal = new AbortController().signal;
    const context = createCheckContext({ clock: systemClock, signal, resolve, contacts });
    const spec = { host: "turn.test", port: server.address().port, timeout: "100ms" };
    return await runCheck({ name: kind, kind, spec, intervalSeconds: 60 }, context);
  }

  it("keep every kind from an address that is not on the internet, whatever name led there", async () => {
    for (const kind of ["stun", "tls", "http"]) {
      const result = await check(createContactBounds(false), kind);
      expect(result).to.include({ ok: false, reason: "address_refused" });
      expect(result.message).to.contain("127.0.0.1").and.contain("loopback").and.contain("--private");
    }
    expect(packets).to.equal(0);
  });

  it("end after twenty packets to an address that has not answered with the right credentials", async () => {
    const contacts = createContactBounds(true);
    for (let sent = 1; sent <= 20; sent += 1)
      expect(contacts.allowDatagram("127.0.0.1"), `${sent}`).to.equal(true);
    expect(contacts.allowDatagram("127.0.0.1")).to.equal(false);
    expect((await check(contacts, "stun")).ok).to.equal(false);
    expect(packets).to.equal(0);
    expect(contacts.allowDatagram("127.0.0.2")).to.equal(true);
  });

  it("count an address in every spelling as the same one", () => {
    const contacts = createContactBounds(true);
    const spellings = ["2a01:4f8::1", "2A01:04F8:0:0::0.0.0.1", "2a01:4f8:0:0:0:0:0:1"];
    for (let sent = 0; sent < 20; sent += 1) contacts.allowDatagram(spellings[sent % 3] ?? "");
    for (const spelling of spellings) expect(contacts.allowDatagram(spelling), spelling).to.equal(false);
    contacts.trust("::ffff:9.9.9.9");
    for (let sent = 0; sent < 20; sent += 1) contacts.allowDatagram("9.9.9.9");
    expect(contacts.allowDatagram("9.9.9.9")).to.equal(true);
  });

  it("let packets go to two dozen such addresses and no more, whoever names how many", () => {
    const contacts = createContactBounds(true);
    for (let host = 1; host <= 24; host += 1)
      expect(contacts.allowDatagram(`9.9.9.${host}`), `${host}`).to.equal(true);
    expect(contacts.allowDatagram("9.9.8.1")).to.equal(false);
    expect(contacts.allowDatagram("9.9.9.24")).to.equal(true);
    contacts.trust("9.9.9.24");
    expect(contacts.allowDatagram("9.9.8.1")).to.equal(true);
    expect(contacts.allowDatagram("9.9.8.2")).to.equal(false);
  });

  it("are lifted for an address that has", async () => {
    const contacts = createContactBounds(true);
    contacts.trust("127.0.0.1");
    for (let sent = 1; sent <= 30; sent += 1) contacts.allowDatagram("127.0.0.1");
    await check(contacts, "stun");
    expect(packets).to.be.greaterThan(0);
  });
});
