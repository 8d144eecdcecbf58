/** What an error to a participant's question means: whose it is, and the one cause it stands for. */
import { expect } from "chai";
import type { CheckRun } from "../../../../src/checks/check-run.ts";
import { expectComponent } from "../../../../src/checks/xmpp/components.ts";
import { askServices } from "../../../../src/checks/xmpp/extdisco.ts";
import { expectFocus, machineUidOf, requestFocus } from "../../../../src/checks/xmpp/focus-request.ts";
import { openSession, type XmppSession } from "../../../../src/checks/xmpp/xmpp-session.ts";
import { labRun, reasonOf } from "../../../lab/check-runs.ts";
import { type Misbehaviour, startScriptedXmpp } from "../../../lab/scripted-xmpp.ts";

const STANZAS = "urn:ietf:params:xml:ns:xmpp-stanzas";
const question = { focus: "focus.meet.test", room: "a@conference.meet.test", machineUid: machineUidOf("a") };

type Ask = (session: XmppSession, run: CheckRun) => Promise<unknown>;

const services: Ask = (session, run) => askServices(session, "meet.test", run);
const focus: Ask = (session) => expectFocus(session, question.focus);
const room: Ask = (session, run) => requestFocus(session, question, run);
const component: Ask = (session) => expectComponent(session, "conference.meet.test");

const lobby: Ask = (session) => expectComponent(session, "lobby.meet.test", "side");

describe("a participant's refused question", () => {
  async function reasonFor(ask: Ask, answer: Misbehaviour, patience?: number): Promise<string> {
    const limit = new AbortController();
    const wentWrong = (): void => {
      if (patience !== undefined) setTimeout(() => limit.abort(), patience);
    };
    const server = await startScriptedXmpp({
      mechanisms: ["ANONYMOUS"],
      instead: { stanza: answer },
      wentWrong,
    });
    const where = { host: "meet.test", port: server.port, secure: false, path: "/", domain: "meet.test" };
    const { run } = labRun({}, limit.signal);
    const session = await openSession({ ...where, allowSelfSigned: false }, { kind: "guest" }, run);
    try {
      return await reasonOf(ask(session, run));
    } finally {
      await session.close();
      await server.stop();
    }
  }

  const conditions: readonly (readonly [string, Ask, string, string])[] = [
    ["relays", services, "forbidden", "extdisco_forbidden"],
    ["relays", services, "not-authorized", "extdisco_forbidden"],
    ["relays", services, "service-unavailable", "extdisco_missing"],
    ["relays", services, "feature-not-implemented", "extdisco_missing"],
    ["relays", services, "internal-server-error", "extdisco_refused"],
    ["the focus", focus, "service-unavailable", "focus_missing"],
    ["the focus", focus, "recipient-unavailable", "focus_missing"],
    ["the focus", focus, "not-allowed", "focus_component_missing"],
    ["the focus", focus, "remote-server-not-found", "focus_component_missing"],
    ["the focus", focus, "forbidden", "focus_refused"],
    ["the focus", focus, "feature-not-implemented", "none"],
    ["a room", room, "service-unavailable", "focus_missing"],
    ["a room", room, "not-authorized", "focus_refused"],
    ["a part of the server", component, "service-unavailable", "component_missing"],
    ["a part of the server", component, "not-allowed", "component_missing"],
    ["a part that meetings do without", lobby, "service-unavailable", "side_component_missing"],
  ];
  for (const [what, ask, condition, reason] of conditions) {
    it(`for ${what}: ${condition} is ${reason}`, async () => {
      const error = `<error type="cancel"><${condition} xmlns="${STANZAS}"/></error>`;
      expect(
        await reasonFor(ask, [`<iq xmlns="jabber:client" type="error" id="{id}">${error}</iq>`]),
      ).to.equal(reason);
    });
  }

  it("says who is silent", async () => {
    const all = [services, focus, room, component, lobby].map((ask) => reasonFor(ask, "silence", 50));
    const silent = [
      "extdisco_silent",
      "focus_silent",
      "focus_silent",
      "component_silent",
      "side_component_silent",
    ];
    expect(await Promise.all(all)).to.deep.equal(silent);
  });

  it("says that the session broke, whatever was asked", async () => {
    const all = [services, focus, room, component].map((ask) => reasonFor(ask, "close"));
    expect(await Promise.all(all)).to.deep.equal(Array(4).fill("stream_closed"));
  });

  it("takes an answer without sense for no room, and for no relay", async () => {
    const empty = ['<iq xmlns="jabber:client" type="result" id="{id}"/>'];
    expect(await reasonFor(room, empty)).to.equal("focus_refused");
    expect(
      await reasonFor(async (session, run) => {
        expect(await askServices(session, "meet.test", run)).to.deep.equal([]);
      }, empty),
    ).to.equal("none");
  });

  it("reads of a list of relays what makes sense", async () => {
    const list =
      '<service type="turn" host="a" port="70000" expires="never"/><service type="turn"/><other host="b" type="turn"/><service type="stun" host="c" port="3478" transport="udp" expires="2026-11-22T12:00:00Z"/>';
    const answer = `<iq xmlns="jabber:client" type="result" id="{id}"><services xmlns="urn:xmpp:extdisco:2">${list}</services></iq>`;
    await reasonFor(
      async (session, run) => {
        const found = await askServices(session, "meet.test", run);
        expect(found.map(({ host, port, expires }) => [host, port, expires])).to.deep.equal([
          ["a", undefined, undefined],
          ["c", 3_478, Date.UTC(2026, 10, 22, 12)],
        ]);
      },
      [answer],
    );
  });

  it("asks again while the focus is on its way, and not for ever", async () => {
    const notReady =
      '<iq xmlns="jabber:client" type="result" id="{id}"><conference xmlns="http://jitsi.org/protocol/focus" ready="false"/></iq>';
    expect(await reasonFor(room, [notReady])).to.equal("focus_not_ready");
  });

  it("is always the same browser for the same name", () => {
    expect(machineUidOf("a")).to.match(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/u);
    expect(machineUidOf("a")).to.equal(machineUidOf("a")).and.not.equal(machineUidOf("b"));
  });
});
