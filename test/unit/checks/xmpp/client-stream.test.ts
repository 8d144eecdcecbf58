/** The stream over TCP with STARTTLS, against servers that break it. */
import { expect } from "chai";
import { createServer, type Server, type Socket } from "node:net";
import { createSecureContext, TLSSocket } from "node:tls";
import { createCheckContext } from "../../../../src/checks/check-context.ts";
import type { CheckResult } from "../../../../src/checks/check.ts";
import { runCheck } from "../../../../src/checks/registry.ts";
import { systemClock } from "../../../../src/system/clock.ts";
import { Secret } from "../../../../src/system/secret.ts";
import { listenOnLoopback } from "../../../lab/loopback-port.ts";
import { makeCertificate, type TestCertificate } from "../../../lab/test-certificates.ts";

const HEADER =
  "<?xml version='1.0'?><stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' from='auth.meet.test' id='1' version='1.0'>";
const STARTTLS =
  "<stream:features><starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'><required/></starttls></stream:features>";
const PROCEED = "<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>";
const SASL = "xmlns='urn:ietf:params:xml:ns:xmpp-sasl'";
const PLAIN = `<stream:features><mechanisms ${SASL}><mechanism>PLAIN</mechanism></mechanisms></stream:features>`;

/** What is sent after the first thing that is heard, after the second, and so on; `TLS` begins it. */
type Script = readonly (string | Uint8Array)[];

const TLS = "begin TLS";

describe("XMPP stream over TCP", () => {
  let certificate: TestCertificate;
  const servers: Server[] = [];
  let heard: string[] = [];

  before(async () => {
    certificate = await makeCertificate({ names: ["prosody.invalid"] });
  });
  afterEach(() => {
    for (const server of servers.splice(0)) server.close();
    heard = [];
  });

  async function check(script: Script, timeout = "3s"): Promise<CheckResult> {
    const server = createServer((socket) => speak(socket, [...script]));
    servers.push(server);
    const port = await listenOnLoopback(server);
    const context = createCheckContext({
      clock: systemClock,
      signal: new AbortController().signal,
      secret: () => Promise.resolve(new Secret("pencil")),
    });
    const where = {
      transport: "c2s",
      host: "meet.test",
      address: "127.0.0.1",
      port,
      subdomain: "auth",
      timeout,
    };
    const login = { login: "user", account: "focus", secret: "focus-password", allowSelfSigned: true };
    return await runCheck({ name: "account-focus", kind: "xmpp", spec: { ...where, ...login } }, context);
  }

  function speak(socket: Socket, script: (string | Uint8Array)[]): void {
    socket.on("error", () => undefined);
    socket.on("data", (data: Buffer) => {
      heard.push(data.toString("utf8"));
      const line = script.shift();
      if (line === undefined) return;
      socket.write(line);
      if (script[0] !== TLS) return;
      script.shift();
      socket.removeAllListeners("data");
      const { pem: cert, keyPem: key } = certificate;
      speak(
        new TLSSocket(socket, { isServer: true, secureContext: createSecureContext({ cert, key }) }),
        script,
      );
    });
  }

  it("goes no further than the login, and sends PLAIN inside TLS only", async () => {
    const result = await check([HEADER + STARTTLS, PROCEED, TLS, HEADER + PLAIN, `<success ${SASL}/>`]);
    expect(result).to.include({
      ok: true,
      target: `xmpp://meet.test:${portOf(result)} auth.meet.test as focus`,
    });
    expect(result.phases.map(({ name }) => name)).to.deep.equal([
      "connect",
      "starttls",
      "tls",
      "open",
      "features",
      "authenticate",
    ]);
    expect(heard.join("")).not.to.include("bind");
    expect(heard.at(-1)).to.equal("</stream:stream>");
    const password = heard.find((text) => text.includes("<auth"));
    expect(password).to.include(Buffer.from("\0focus\0pencil").toString("base64"));
  });

  it("names the account whose password differs", async () => {
    const refusal = `<failure ${SASL}><not-authorized/></failure>`;
    const result = await check([HEADER + STARTTLS, PROCEED, TLS, HEADER + PLAIN, refusal]);
    expect(result).to.include({ reason: "login_refused" });
    expect(result.message).to.include("focus is not let in: not-authorized");
  });

  it("sends nothing of a login where TLS is not offered, or not begun", async () => {
    expect(await check([HEADER + PLAIN])).to.include({ reason: "no_starttls" });
    const failure = "<failure xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>";
    expect(await check([HEADER + STARTTLS, failure])).to.include({ reason: "no_starttls" });
    expect(heard.join("")).not.to.include("<auth");
  });

  it("believes nothing that was said before TLS began", async () => {
    const injected = `${PROCEED}${PLAIN}<success ${SASL}/>`;
    const result = await check([HEADER + STARTTLS, injected, TLS], "800ms");
    expect(result).to.include({ reason: "session_silent" });
    expect(result.phases.map(({ name }) => name)).to.include.members(["tls", "open"]);
    expect(heard.join("")).not.to.include("<auth");
  });

  it("has a reason for every way of not being XMPP", async () => {
    const streamError =
      "<stream:error><policy-violation xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error>";
    const cases: readonly (readonly [Script, string])[] = [
      [["HTTP/1.1 400 Bad Request\r\n\r\n"], "bad_answer"],
      [["220 mail ESMTP\r\n"], "bad_answer"],
      [["\u0000\u0001"], "bad_answer"],
      [
        [Buffer.concat([Buffer.from(`${HEADER}<a b='`), Uint8Array.of(0xc0, 0xff), Buffer.from("'/>")])],
        "bad_answer",
      ],
      [["<!DOCTYPE a [<!ENTITY b 'c'>]>"], "bad_answer"],
      [[HEADER.replace("http://etherx.jabber.org/streams", "urn:other")], "bad_answer"],
      [[`${HEADER}<stream:features>${"<a>".repeat(30)}`], "no_features"],
      [[`${HEADER}<a>${"x".repeat(70_000)}`], "bad_answer"],
      [[`${HEADER}${"<a/>".repeat(5_000)}`], "no_features"],
      [[HEADER + streamError], "stream_refused"],
      [[`${HEADER}</stream:stream>`], "stream_closed"],
      [[HEADER + STARTTLS, PROCEED, "not TLS at all, whatever comes"], "tls_not_spoken"],
      [[], "session_silent"],
      [[HEADER], "no_features"],
    ];
    for (const [script, reason] of cases) {
      const quick = reason === "session_silent" || reason === "no_features";
      const result = await check(script, quick ? "300ms" : "3s");
      expect(result.reason, JSON.stringify(script).slice(0, 80)).to.equal(reason);
    }
  });
});

function portOf(result: CheckResult): string {
  return /:(\d+) /u.exec(result.target)?.[1] ?? "";
}
