/** STARTTLS as bridges and jicofo do it: a real Prosody as shipped, and servers that answer anything else. */
import type { Socket } from "node:net";
import { expect } from "chai";
import type { CheckResult } from "../../src/checks/check.ts";
import { loopbackCheck } from "../lab/loopback-check.ts";
import { createLoopbackServers } from "../lab/loopback-servers.ts";
import { type ShippedProsody, startShippedProsody } from "../lab/shipped-prosody.ts";

const DOMAIN = "meet.lab.test";
const HEADER =
  "<?xml version='1.0'?><stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' from='meet.lab.test' version='1.0'>";
const OFFER =
  "<stream:features><starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'><required/></starttls></stream:features>";
const PROCEED = "<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>";

describe("check tls by STARTTLS", () => {
  const servers = createLoopbackServers();

  afterEach(() => servers.close());

  function check(spec: Readonly<Record<string, unknown>>): Promise<CheckResult> {
    return loopbackCheck("tls", { host: DOMAIN, starttls: "xmpp", ...spec });
  }

  describe("of Prosody as shipped", () => {
    let prosody: ShippedProsody;

    before(async () => {
      prosody = await startShippedProsody();
    });

    after(() => prosody.stop());

    it("sees the certificate that Prosody made for itself, and minds it only where somebody looks", async () => {
      const own = await check({ ...prosody.clients, issuer: "any" });
      expect(own, own.message).to.include({ ok: true, reason: "ok" });
      expect(own.target).to.equal(`${DOMAIN}:${prosody.clients.port} STARTTLS`);
      expect(own.evidence).to.include({ subject: "CN=prosody.invalid", protocol: "TLSv1.3" });
      expect(own.phases.map(({ name }) => name)).to.deep.equal(["connect", "starttls", "tls"]);
      const looked = await check(prosody.clients);
      expect(looked.evidence).to.include({
        findings: "cert_name_mismatch cert_self_signed cert_not_for_servers",
      });
    });

    it("opens the stream for the domain it is told", async () => {
      const guests = await check({ ...prosody.clients, domain: `guest.${DOMAIN}`, issuer: "any" });
      expect(guests.reason).to.equal("ok");
      const unknown = await check({ ...prosody.clients, domain: "elsewhere.test" });
      expect(unknown).to.include({ ok: false, reason: "starttls_host_unknown" });
      expect(unknown.message).to.contain("host-unknown");
    });

    it("is told that a port which wants STARTTLS first speaks no TLS, and one with HTTP no XMPP", async () => {
      const early = await loopbackCheck("tls", { host: DOMAIN, ...prosody.clients });
      expect(early.reason).to.equal("tls_not_spoken");
      const http = await check({ port: await servers.http((_request, response) => response.end()) });
      expect(http.reason).to.equal("starttls_bad_answer");
    });
  });

  it("knows a Prosody whose module tls is off", async () => {
    const prosody = await startShippedProsody({ '"saslauth"; "tls"; ': '"saslauth"; ' });
    try {
      const result = await check(prosody.clients);
      expect(result, result.message).to.include({ ok: false, reason: "starttls_not_offered" });
    } finally {
      await prosody.stop();
    }
  });

  /** Answers the first bytes with `first` and the next with `second`. */
  function answering(first: string | Uint8Array, second?: string | Uint8Array): Promise<number> {
    return servers.raw((socket: Socket) => {
      socket.once("data", () => {
        socket.write(first);
        if (second !== undefined) socket.once("data", () => socket.end(second));
      });
    });
  }

  for (const [says, reason, first, second] of [
    [
      "refuses after offering",
      "starttls_refused",
      HEADER + OFFER,
      "<failure xmlns='urn:ietf:params:xml:ns:xmpp-tls'/></stream:stream>",
    ],
    ["hangs up after offering", "starttls_closed", HEADER + OFFER, ""],
    ["offers nothing", "starttls_not_offered", `${HEADER}<stream:features/>`, undefined],
    [
      "offers it in another namespace",
      "starttls_not_offered",
      `${HEADER}<stream:features><starttls xmlns='urn:x'/></stream:features>`,
      undefined,
    ],
    [
      "ends the stream",
      "starttls_stream_refused",
      `${HEADER}<stream:error><policy-violation xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error></stream:stream>`,
      undefined,
    ],
    ["proceeds without being asked", "starttls_bad_answer", HEADER + OFFER + PROCEED, undefined],
    ["slips something in after <proceed/>", "starttls_bad_answer", HEADER + OFFER, `${PROCEED}<iq/>`],
    ["answers with something else", "starttls_bad_answer", HEADER + OFFER, "<iq/>"],
    ["sends a stanza first", "starttls_bad_answer", `${HEADER}<message/>`, undefined],
    ["speaks SMTP", "starttls_bad_answer", "220 mail.test ESMTP\r\n", undefined],
    ["sends wrong UTF-8", "starttls_bad_answer", Buffer.from([0x3c, 0xff, 0xfe, 0x3e]), undefined],
    [
      "declares an entity",
      "starttls_bad_answer",
      `<!DOCTYPE x [<!ENTITY y 'z'>]>${HEADER}${OFFER}`,
      undefined,
    ],
    ["sends a header that never ends", "starttls_bad_answer", `${HEADER}${"<a>".repeat(10_000)}`, undefined],
    ["stops half-way", "starttls_no_answer", HEADER + OFFER.slice(0, 40), undefined],
    ["ends when TLS should begin", "tls_closed", HEADER + OFFER, PROCEED],
  ] as const) {
    it(`has a reason for a server that ${says}: ${reason}`, async () => {
      const result = await check({ port: await answering(first, second), timeout: "400ms" });
      expect(result, result.message).to.include({ ok: false, reason });
    });
  }

  it("reads an answer that comes in pieces, cut anywhere", async () => {
    const answer = `${HEADER}${OFFER}`;
    const cuts = [1, 2, 5, 20, HEADER.length, HEADER.length + 9, answer.length - 1, answer.length];
    const port = await servers.raw((socket) => {
      const send = (index: number): void => {
        socket.write(answer.slice(cuts[index - 1] ?? 0, cuts[index]));
        if (index + 1 < cuts.length) setTimeout(send, 5, index + 1);
      };
      socket.setNoDelay(true);
      socket.once("data", () => {
        send(0);
        socket.once("data", () => socket.end("<failure xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>"));
      });
    });
    const result = await check({ port });
    expect(result, result.message).to.include({ reason: "starttls_refused" });
  });

  it("reads an answer that comes byte by byte only so far", async () => {
    const port = await servers.raw((socket) => {
      const timer = setInterval(() => socket.write("<"), 1);
      socket.on("close", () => clearInterval(timer));
    });
    expect((await check({ port })).reason).to.equal("starttls_bad_answer");
  });

  it("says that nothing came from a server that is silent, and that the connection ended", async () => {
    const silent = await check({ port: await servers.silent(), timeout: "300ms" });
    expect(silent).to.include({ reason: "starttls_no_answer" });
    const closing = await check({ port: await servers.raw((socket) => socket.end()) });
    expect(closing).to.include({ reason: "starttls_closed" });
  });
});
