/** A participant's session with a real Prosody under the shipped configuration. */
import { expect } from "chai";
import { CheckFailure } from "../../src/checks/check-run.ts";
import { askServices } from "../../src/checks/xmpp/extdisco.ts";
import { machineUidOf, requestFocus } from "../../src/checks/xmpp/focus-request.ts";
import { openSession, type XmppSession } from "../../src/checks/xmpp/xmpp-session.ts";
import type { XmppLogin, XmppTarget } from "../../src/checks/xmpp/xmpp-target.ts";
import { Secret } from "../../src/system/secret.ts";
import { labRun, reasonOf } from "../lab/check-runs.ts";
import { type ShippedProsody, startShippedProsody } from "../lab/shipped-prosody.ts";

const DOMAIN = "meet.lab.test";
const PASSWORD = "swordfish, Größe 42";
const PING = '<ping xmlns="urn:xmpp:ping"/>';
const guest: XmppLogin = { kind: "guest" };
const member: XmppLogin = { kind: "user", username: "m.meier", password: new Secret(PASSWORD) };

describe("XMPP session", function () {
  this.timeout(30_000);
  let prosody: ShippedProsody;
  let open: XmppSession[] = [];

  before(async () => {
    prosody = await startShippedProsody();
    await prosody.accounts(`set\tm.meier@${DOMAIN}\t${PASSWORD}\n`);
  });
  after(() => prosody?.stop());
  afterEach(async () => {
    await Promise.all(open.map((session) => session.close()));
    open = [];
  });

  function target(changes: Partial<XmppTarget> = {}): XmppTarget {
    const where = { host: DOMAIN, port: prosody.httpPort, secure: false, path: "/xmpp-websocket" };
    return { ...where, domain: DOMAIN, guestDomain: `guest.${DOMAIN}`, allowSelfSigned: false, ...changes };
  }

  async function enter(login: XmppLogin, lab = labRun()): Promise<XmppSession> {
    const session = await openSession(target(), login, lab.run);
    open.push(session);
    return session;
  }

  it("logs a member in by SCRAM, and shows nothing that proves who it is", async () => {
    const lab = labRun();
    const session = await enter(member, lab);
    expect(session.jid).to.match(/^m\.meier@meet\.lab\.test\/./u);
    expect(lab.run.phases.map(({ name }) => name)).to.deep.equal([
      "resolve",
      "connect",
      "upgrade",
      "open",
      "features",
      "authenticate",
      "bind",
    ]);
    expect(lab.run.evidence).to.include({ mechanism: "SCRAM-SHA-1" });
    const transcript = lab.lines.join("\n");
    expect(transcript).to.match(/<auth [^>]*mechanism="SCRAM-SHA-1"[^>]*>\*\*\*<\/auth>/u);
    expect(transcript).to.match(
      /<challenge [^>]*>\*\*\*<.*<response [^>]*>\*\*\*<.*<success [^>]*>\*\*\*</su,
    );
    const answer = await session.ask("get", DOMAIN, PING, 2_000);
    expect(answer.attributes.from).to.equal(DOMAIN);
  });

  it("lets a guest in and tells it every way to the relay; the passwords are not shown", async () => {
    const lab = labRun();
    const session = await enter(guest, lab);
    expect(session.jid).to.contain(`@guest.${DOMAIN}/`);
    const services = await askServices(session, DOMAIN, lab.run);
    const found = services.map(({ type, host, port, transport }) => `${type} ${host}:${port}/${transport}`);
    expect(found.toSorted()).to.deep.equal([
      "stun turn.lab.test:3478/udp",
      "turn turn.lab.test:3478/tcp",
      "turn turn.lab.test:3478/udp",
      "turns turn.lab.test:443/tcp",
      "turns turn.lab.test:5349/tcp",
    ]);
    const relay = services.find(({ type }) => type === "turn");
    expect(relay?.expires).to.be.within(Date.now() + 86_000_000, Date.now() + 87_000_000);
    expect(lab.lines.join("\n")).to.include('password="***"');
    const password = relay?.password?.reveal() ?? "";
    expect(password).to.have.length(28);
    expect(lab.lines.join("\n")).not.to.include(password);
  });

  it("tells a wrong password from an account that is not there", async () => {
    const wrong: XmppLogin = { kind: "user", username: "m.meier", password: new Secret("wrong") };
    const nobody: XmppLogin = { kind: "user", username: "nobody", password: new Secret("wrong") };
    const message = await failureOf(openSession(target(), wrong, labRun().run));
    expect(message).to.match(/^login_refused: m\.meier is not let in: not-authorized/u);
    expect(await reasonOf(openSession(target(), nobody, labRun().run))).to.equal("account_missing");
  });

  it("says missing_mechanism when a guest knocks at the members' door, host_unknown where there is none", async () => {
    const atMembers = openSession(target({ guestDomain: DOMAIN }), guest, labRun().run);
    expect(await reasonOf(atMembers)).to.equal("missing_mechanism");
    const nowhere = openSession(target({ guestDomain: `nobody.${DOMAIN}` }), guest, labRun().run);
    expect(await reasonOf(nowhere)).to.equal("host_unknown");
  });

  it("says stanza_refused with the condition, and session_silent for a question nobody answers", async () => {
    const session = await enter(guest);
    const unknown = await failureOf(session.ask("get", DOMAIN, '<query xmlns="none:such"/>', 2_000));
    expect(unknown).to.match(/^stanza_refused: .*service-unavailable/u);
    const other = await enter(guest);
    other.onStanza(() => true);
    expect(await reasonOf(session.ask("get", other.jid, PING, 200))).to.equal("session_silent");
  });

  it("refuses what others ask, unless a listener deals with it", async () => {
    const asking = await enter(guest);
    const asked = await enter(guest);
    expect(await failureOf(asking.ask("get", asked.jid, PING, 2_000))).to.contain("service-unavailable");
    const stop = asked.onStanza((stanza) => {
      const { id = "", from = "" } = stanza.attributes;
      asked.send(`<iq xmlns="jabber:client" type="result" id="${id}" to="${from}"/>`);
      return stanza.name === "iq";
    });
    expect((await asking.ask("get", asked.jid, PING, 2_000)).attributes.type).to.equal("result");
    stop();
    expect(await failureOf(asking.ask("get", asked.jid, PING, 2_000))).to.contain("service-unavailable");
  });

  it("says focus_missing while jicofo is not logged in", async () => {
    const lab = labRun();
    const session = await enter(guest, lab);
    const room = `convene-check-1@conference.${DOMAIN}`;
    const question = { focus: `focus.${DOMAIN}`, room, machineUid: machineUidOf("guest") };
    expect(await reasonOf(requestFocus(session, question, lab.run))).to.equal("focus_missing");
  });

  it("tells questions and listeners when the server ends the session", async () => {
    const session = await enter(member);
    const ended: unknown[] = [];
    session.onEnd((error) => ended.push(error));
    // RFC 6120 section 4.9.3.13: what is no XML ends the stream.
    const asking = reasonOf(session.ask("get", `nobody@guest.${DOMAIN}/x`, PING, 5_000));
    session.send("<iq><broken></iq>");
    expect(await asking).to.be.oneOf(["stream_refused", "stanza_refused"]);
    expect(await reasonOf(session.ask("get", DOMAIN, PING, 2_000))).to.equal("stream_refused");
    expect(ended.map((error) => error instanceof CheckFailure && error.reason)).to.deep.equal([
      "stream_refused",
    ]);
  });
});

async function failureOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
  } catch (error) {
    if (error instanceof CheckFailure) return `${error.reason}: ${error.message}`;
    throw error;
  }
  return "none";
}
