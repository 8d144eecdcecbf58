/** Whatever a server does, at whatever step: a session ends with a reason, in time, and gives nothing away. */
import { expect } from "chai";
import type { CheckRun } from "../../../../src/checks/check-run.ts";
import { openSession, type XmppSession } from "../../../../src/checks/xmpp/xmpp-session.ts";
import type { XmppLogin, XmppTarget } from "../../../../src/checks/xmpp/xmpp-target.ts";
import { Secret } from "../../../../src/system/secret.ts";
import { labRun, reasonOf } from "../../../lab/check-runs.ts";
import {
  type Misbehaviour,
  saslFailure,
  SCRIPTED_ACCOUNT,
  type ScriptedOptions,
  type ScriptedXmpp,
  startScriptedXmpp,
  streamError,
  type XmppStep,
} from "../../../lab/scripted-xmpp.ts";

const user: XmppLogin = {
  kind: "user",
  username: SCRIPTED_ACCOUNT.username,
  password: new Secret(SCRIPTED_ACCOUNT.password),
};
const STEPS: readonly XmppStep[] = ["open", "auth", "response", "reopen", "bind", "stanza"];
const QUESTION = '<query xmlns="urn:x"/>';

describe("XMPP session with a hostile server", () => {
  const started: ScriptedXmpp[] = [];
  const sessions: XmppSession[] = [];

  afterEach(async () => {
    await Promise.all(sessions.splice(0).map((session) => session.close()));
    await Promise.all(started.splice(0).map((one) => one.stop()));
  });

  async function server(options: ScriptedOptions): Promise<XmppTarget & Pick<ScriptedXmpp, "heard">> {
    const scripted = await startScriptedXmpp(options);
    started.push(scripted);
    const { port, heard } = scripted;
    const where = { host: "meet.test", port, secure: false, path: "/xmpp-websocket", domain: "meet.test" };
    return { ...where, allowSelfSigned: false, heard };
  }

  /** The reason of a login and one question; with `patience` the check's time is over so long after it went wrong. */
  async function outcome(options: ScriptedOptions, login = user, patience?: number): Promise<string> {
    const limit = new AbortController();
    const wentWrong = (): void => {
      if (patience !== undefined) setTimeout(() => limit.abort(), patience);
    };
    const target = await server({ ...options, wentWrong });
    const { run } = labRun({}, limit.signal);
    return await reasonOf(logInAndAsk(target, login, run));
  }

  async function logInAndAsk(target: XmppTarget, login: XmppLogin, run: CheckRun): Promise<void> {
    const session = await openSession(target, login, run);
    sessions.push(session);
    await session.ask("get", undefined, QUESTION, 5_000);
  }

  function atEach(wrong: Misbehaviour, patience?: number): Promise<readonly string[]> {
    return Promise.all(STEPS.map((step) => outcome({ instead: { [step]: wrong } }, user, patience)));
  }

  it("does well with a server that does right", async () => {
    expect(await outcome({})).to.equal("none");
    expect(await outcome({ signatureInChallenge: true })).to.equal("none");
    expect(await outcome({ mechanisms: ["ANONYMOUS"] }, { kind: "guest" })).to.equal("none");
  });

  it("says so when the server falls silent", async () => {
    const silent = "session_silent";
    expect(await atEach("silence", 100)).to.deep.equal([silent, silent, silent, silent, silent, silent]);
    const opened = ['<open xmlns="urn:ietf:params:xml:ns:xmpp-framing" from="meet.test" version="1.0"/>'];
    expect(await outcome({ instead: { open: opened } }, user, 100)).to.equal("no_features");
  });

  it("says so when the server hangs up", async () => {
    const closed = "stream_closed";
    expect(await atEach("close")).to.deep.equal([closed, closed, closed, closed, closed, closed]);
  });

  it("says so when the server ends the stream with an error", async () => {
    const refused = "stream_refused";
    expect(await atEach([streamError("policy-violation")])).to.deep.equal(STEPS.map(() => refused));
    expect(await outcome({ instead: { open: [streamError("host-unknown")] } })).to.equal("host_unknown");
  });

  it("says so when what comes is no XML, or XML that nobody may send", async () => {
    const bomb = '<!DOCTYPE a [<!ENTITY b "c"><!ENTITY d "&b;&b;">]><a>&d;</a>';
    const brokenUtf8 = Uint8Array.of(0x3c, 0x61, 0xff, 0xc0, 0x3e);
    const surrogate = Uint8Array.of(0x3c, 0xed, 0xa0, 0x80, 0x2f, 0x3e);
    const masses = "<a>".repeat(5_000);
    for (const garbage of ["", "hello", "<a>", bomb, masses, brokenUtf8, surrogate, "x".repeat(200_000)]) {
      expect(await atEach([garbage]), garbage.slice(0, 20).toString()).to.deep.equal(
        STEPS.map(() => "bad_answer"),
      );
    }
  });

  it("says so when something else is answered than what was asked", async () => {
    const other = ['<message xmlns="jabber:client"/>'];
    const [open, auth, response, reopen, bind] = await atEach(other, 100);
    expect([open, auth, response, reopen, bind]).to.deep.equal(Array(5).fill("bad_answer"));
    const others =
      '<iq xmlns="jabber:client" type="result" id="other"><bind xmlns="urn:ietf:params:xml:ns:xmpp-bind"><jid>a@b/c</jid></bind></iq>';
    expect(await outcome({ instead: { bind: [others] } })).to.equal("bad_answer");
    const unbound = ['<iq xmlns="jabber:client" type="result" id="{id}"/>'];
    expect(await outcome({ instead: { bind: unbound } })).to.equal("bad_answer");
  });

  it("cuts off a server that sends without end", async () => {
    const reasons = await atEach("flood");
    for (const reason of reasons) expect(reason).to.be.oneOf(["stanza_flood", "bad_answer"]);
    expect(reasons.at(-1)).to.equal("stanza_flood");
  });

  it("tells a wrong password, a server that cannot decide, and a session that is not given", async () => {
    const wrong = { ...user, password: new Secret("wrong") };
    expect(await outcome({}, wrong)).to.equal("login_refused");
    expect(await outcome({ instead: { auth: [saslFailure("temporary-auth-failure")] } })).to.equal(
      "login_failed",
    );
    expect(await outcome({ instead: { auth: [saslFailure("account-disabled")] } })).to.equal("login_failed");
    const conflict =
      '<iq xmlns="jabber:client" type="error" id="{id}"><error type="cancel"><conflict xmlns="urn:ietf:params:xml:ns:xmpp-stanzas"/></error></iq>';
    expect(await outcome({ instead: { bind: [conflict] } })).to.equal("bind_refused");
    const guests = { mechanisms: ["ANONYMOUS"], instead: { auth: [saslFailure("not-authorized")] } };
    expect(await outcome(guests, { kind: "guest" })).to.equal("guest_refused");
  });

  it("trusts no server that does not know the password itself", async () => {
    expect(await outcome({ forged: true })).to.equal("server_not_trusted");
    const success = '<success xmlns="urn:ietf:params:xml:ns:xmpp-sasl"/>';
    expect(await outcome({ instead: { response: [success] } })).to.equal("server_not_trusted");
  });

  it("proves nothing to a challenge that is a trap", async () => {
    for (const iterations of [1, 4_095, 1_000_001, 2_000_000_000]) {
      const target = await server({ iterations });
      expect(await reasonOf(openSession(target, user, labRun().run))).to.equal("bad_challenge");
      expect(target.heard.join("\n")).not.to.include("<response");
    }
    const early = '<success xmlns="urn:ietf:params:xml:ns:xmpp-sasl">dj1hYmM=</success>';
    expect(await outcome({ instead: { auth: [early] } })).to.equal("bad_answer");
  });

  it("ends a login that never ends", async () => {
    const challenge = '<challenge xmlns="urn:ietf:params:xml:ns:xmpp-sasl">dj1hYmM=</challenge>';
    expect(await outcome({ instead: { response: [challenge] } })).to.equal("bad_answer");
  });

  it("sends no password readable over an open connection", async () => {
    const target = await server({ mechanisms: ["PLAIN", "LOGIN"] });
    expect(await reasonOf(openSession(target, user, labRun().run))).to.equal("unsafe_mechanisms");
    expect(target.heard.filter((frame) => frame.startsWith("<auth"))).to.deep.equal([]);
    expect(await outcome({ mechanisms: ["X-OWN"] })).to.equal("missing_mechanism");
  });

  it("takes no answer for its own that does not have the question's name", async () => {
    const stray = '<iq xmlns="jabber:client" type="result" id="other"/>';
    expect(await outcome({ instead: { stanza: [stray] } }, user, 100)).to.equal("session_silent");
  });

  it("ends as stopped, not as failed, when the check's owner gives up", async () => {
    const owner = new AbortController();
    const target = await server({ instead: { auth: "silence" } });
    const opening = openSession(target, user, labRun({ signal: owner.signal }).run);
    setTimeout(() => owner.abort(new Error("given up")), 100);
    const error: unknown = await opening.catch((thrown: unknown) => thrown);
    expect(error).to.be.an("error").with.property("message", "given up");
  });
});
