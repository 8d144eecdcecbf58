/** The shipped prosody.cfg.lua in the hands of Debian's Prosody: members, guests, relays, and what is refused. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { createCheckContext } from "../../src/checks/check-context.ts";
import type { CheckResult } from "../../src/checks/check.ts";
import { runCheck } from "../../src/checks/registry.ts";
import { systemClock } from "../../src/system/clock.ts";
import { type Finished, runProgram } from "../lab/programs.ts";
import { adapted, CATALOGUE } from "../lab/shipped-configuration.ts";
import {
  prosodyConfiguration,
  type ShippedProsody,
  startShippedProsody,
  withModules,
} from "../lab/shipped-prosody.ts";
import { logIn } from "../lab/xmpp-person.ts";

const EXTERNAL_SERVICES = "<services xmlns='urn:xmpp:extdisco:2'/>";
const PING = "<ping xmlns='urn:xmpp:ping'/>";

describe("the shipped prosody.cfg.lua", function () {
  this.timeout(30_000);
  let prosody: ShippedProsody;

  before(async () => {
    prosody = await startShippedProsody();
    await prosody.accounts("set\tm.meier@meet.lab.test\tswordfish\n");
  });

  after(() => prosody?.stop());

  it("lets a member in with a password, and nobody with a wrong one or without", async () => {
    const member = await logIn(prosody.httpPort, "meet.lab.test", "m.meier", "swordfish");
    expect(await member.ask("meet.lab.test", PING)).to.include("result");
    member.close();
    const wrong = await failureOf(logIn(prosody.httpPort, "meet.lab.test", "m.meier", "wrong"));
    expect(wrong).to.include("not-authorized");
    expect(await failureOf(logIn(prosody.httpPort, "meet.lab.test", ""))).to.include("<failure");
  });

  it("passes the checks that come with it, for members and for guests", async () => {
    const member = await checkStream({ mechanisms: ["SCRAM-SHA-1"] });
    expect(member, member.message).to.include({ ok: true });
    const guest = await checkStream({ subdomain: "guest", mechanisms: ["ANONYMOUS"] });
    expect(guest, guest.message).to.include({ ok: true });
    expect(guest.target).to.include("guest.meet.lab.test");
    expect(await checkStream({ subdomain: "nobody" })).to.include({ ok: false, reason: "host_unknown" });
  });

  it("tells a guest every way to the relay, with credentials of its own", async () => {
    const guest = await logIn(prosody.httpPort, "guest.meet.lab.test", "");
    const answer = await guest.ask("guest.meet.lab.test", EXTERNAL_SERVICES);
    guest.close();
    const services = [...answer.matchAll(/<service [^>]*>/gu)].map(([service]) => {
      const field = (name: string): string =>
        new RegExp(`\\s${name}='([^']*)'`, "u").exec(service)?.[1] ?? "-";
      return `${field("type")} ${field("host")}:${field("port")}/${field("transport")}`;
    });
    expect(services.toSorted()).to.deep.equal([
      "stun turn.lab.test:3478/udp",
      "turn turn.lab.test:3478/tcp",
      "turn turn.lab.test:3478/udp",
      "turns turn.lab.test:443/tcp",
      "turns turn.lab.test:5349/tcp",
    ]);
    expect(answer.match(/password=/gu)).to.have.length(4);
    expect(answer).not.to.include("turn-secret-of-the-tests");
  });

  it("has no way to make an account from outside, and none to other servers", async () => {
    const guest = await logIn(prosody.httpPort, "guest.meet.lab.test", "");
    const register = "<query xmlns='jabber:iq:register'/>";
    expect(await guest.ask("meet.lab.test", register)).to.match(/type=['"]error['"]/u);
    expect(await guest.ask("elsewhere.example", PING)).to.match(/type=['"]error['"]/u);
    guest.close();
  });

  it("is the same for an open site: who opens a room is jicofo's business", () => {
    const parameters = { access: "open", language: "de", config: {} };
    expect(prosodyConfiguration({ parameters })).to.equal(prosodyConfiguration());
  });

  it("keeps a hostile value one value", async () => {
    const coturn = { domain: 't"; os.exit(9) --', listeningPort: 1, tlsListeningPort: 2 };
    const { code, stderr } = await check(withModules(prosodyConfiguration({ effective: { coturn } })));
    expect(code, stderr).to.equal(0);
  });

  async function checkStream(more: Readonly<Record<string, unknown>>): Promise<CheckResult> {
    const context = createCheckContext({
      clock: systemClock,
      signal: new AbortController().signal,
      transcript: () => undefined,
    });
    const target = { host: "meet.lab.test", address: "127.0.0.1", scheme: "ws", port: prosody.httpPort };
    const desired = { name: "signaling", kind: "xmpp", spec: { ...target, ...more }, intervalSeconds: 60 };
    return await runCheck(desired, context);
  }

  describe("its check", () => {
    it("passes it where the modules are there, and says which of Jitsi's are left out", async () => {
      const { code, stderr } = await check(withModules(prosodyConfiguration()));
      expect(code, stderr).to.equal(0);
      expect(stderr).to.include("left out by Prosody: ").and.to.include("muc_meeting_id");
    });

    it("refuses it where no meeting could work", async () => {
      const { code, stderr } = await check(prosodyConfiguration());
      expect(code).to.equal(1);
      expect(stderr).to.include("not installed: auth_jitsi-anonymous, client_proxy");
    });

    it("refuses what Lua cannot read, and what names no host", async () => {
      const broken = await check(adapted(withModules(prosodyConfiguration()), { "{ 5222 }": "{ 5222" }));
      expect(broken.code).to.equal(1);
      expect(broken.stderr).to.match(/prosody\.cfg\.lua:\d+: /u);
      const empty = await check("modules_enabled = {}\n");
      expect(empty.stderr).to.include("names no host");
    });
  });
});

async function check(content: string): Promise<Finished> {
  const folder = mkdtempSync(join(tmpdir(), "convene-prosody-check-"));
  try {
    const path = join(folder, "prosody.cfg.lua");
    writeFileSync(path, content);
    return await runProgram([join(CATALOGUE, "jitsi/check-prosody.sh"), path]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function failureOf(attempt: Promise<unknown>): Promise<string> {
  try {
    await attempt;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  return "let in";
}
