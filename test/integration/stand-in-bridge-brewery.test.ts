/** The lab's stand-in bridge at a real Prosody with the shipped configuration: what it says in the brewery, and answers. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { expect } from "chai";
import { type ShippedProsody, startShippedProsody } from "../lab/shipped-prosody.ts";
import { type StandInBridge, startStandInBridge } from "../lab/stand-in-bridge.ts";
import { logIn, type XmppPerson } from "../lab/xmpp-person.ts";

const DOMAIN = "meet.lab.test";
const BREWERY = `jvbbrewery@internal.auth.${DOMAIN}`;
const BRIDGE = `${BREWERY}/bridge-1`;

/** Prosody writes attributes in an order of its own, which differs from one start to the next. */
function statistic(name: string, value: string): RegExp {
  return new RegExp(`<stat (?:name=.${name}. value=.${value}.|value=.${value}. name=.${name}.)/>`, "u");
}

describe("the stand-in bridge in the brewery", function () {
  this.timeout(30_000);
  const folder = mkdtempSync(join(tmpdir(), "convene-brewery-"));
  let prosody: ShippedProsody;
  let bridge: StandInBridge;
  let person: XmppPerson;

  before(async () => {
    prosody = await startShippedProsody();
    await prosody.accounts(`set\tjvb@auth.${DOMAIN}\tjvb-password-of-the-tests\nset\tanna@${DOMAIN}\tone\n`);
    bridge = await startStandInBridge({ folder, xmpp: prosody.clients });
    await bridge.registered();
    person = await logIn(prosody.httpPort, DOMAIN, "anna", "one");
    await person.join(`${BREWERY}/anna`);
  });

  after(async () => {
    person?.close();
    await bridge?.stop();
    await prosody?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it("says in its presence when it is drained", async () => {
    await bridge.post("colibri/drain/enable");
    await person.next(statistic("drain", "true"));
    await bridge.post("colibri/drain/disable");
    const presence = await person.next(statistic("drain", "false"));
    expect(presence)
      .to.contain("bridge-1")
      .and.match(/<stats xmlns=.http:\/\/jitsi.org\/protocol\/colibri/u);
    expect(presence).to.match(statistic("version", "2.3-lab-stand-in"));
  });

  it("answers for its health", async () => {
    const question = "<healthcheck xmlns='http://jitsi.org/protocol/healthcheck'/>";
    expect(await person.ask(BRIDGE, question)).to.match(/type=.result/u);
    await bridge.tell({ health: 500, healthReason: "No valid IP addresses & so on" });
    const answer = await person.ask(BRIDGE, question);
    expect(answer)
      .to.match(/type=.error/u)
      .and.contain("No valid IP addresses &amp; so on");
    await bridge.tell({ health: 200, healthReason: "" });
  });

  it("allocates as by REST, and says why not", async () => {
    const allocated = await modify({
      "meeting-id": "of-the-test",
      name: `a&b@conference.${DOMAIN}`,
      create: true,
      endpoints: [
        {
          create: true,
          id: "abcdef01",
          transport: { "ice-controlling": true },
          capabilities: ["source-names"],
        },
      ],
    });
    const text = /<conference-modified xmlns=.urn:convene:lab.>(.*)<\/conference-modified>/su.exec(
      allocated,
    )?.[1];
    expect(text?.replaceAll("&quot;", '"'), allocated).to.contain('"rtcp-mux":true');
    expect(await modify({ "meeting-id": "of-the-test", expire: true })).to.match(/type=.result/u);
    const unknown = await modify({ "meeting-id": "of-the-test", expire: true });
    expect(unknown)
      .to.match(/type=.error/u)
      .and.contain("item-not-found")
      .and.contain("Conference not found");
  });

  it("leaves when it is told to, and comes back", async () => {
    await bridge.tell({ brewery: "left" });
    await person.next(/^<presence(?=[^>]*bridge-1)(?=[^>]*type=.unavailable)/u);
    expect(await bridge.statistics()).to.include({ mucs_joined: 0 });
    await bridge.tell({ brewery: "joined" });
    await bridge.registered();
  });

  it("is not let in under the name of somebody else", async () => {
    await bridge.tell({ nickname: "anna" });
    await person.next(/^<presence(?=[^>]*bridge-1)(?=[^>]*type=.unavailable)/u);
    for (let attempt = 0; attempt < 100 && !bridge.log().includes("conflict"); attempt += 1) await delay(50);
    expect(bridge.log()).to.contain("conflict");
    expect(await bridge.statistics()).to.include({ mucs_joined: 0 });
    await bridge.post("lab/well");
    await bridge.registered();
  });

  function modify(request: unknown): Promise<string> {
    const json = JSON.stringify(request).replaceAll("&", "&amp;").replaceAll("<", "&lt;");
    return person.ask(
      BRIDGE,
      `<conference-modify xmlns='urn:convene:lab'>${json}</conference-modify>`,
      "set",
    );
  }
});
