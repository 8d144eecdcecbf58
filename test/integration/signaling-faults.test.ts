/** The shipped checks of signaling on a whole site: each fault is one reason, on its rung, and no other check minds. */
import { expect } from "chai";
import { z } from "zod";
import type { CheckResult } from "../../src/checks/check.ts";
import { runCheck } from "../../src/checks/registry.ts";
import { type MeetingLab, startMeetingLab } from "../lab/meeting-lab.ts";
import { runProgram } from "../lab/programs.ts";

const PROSODY = "/etc/prosody/prosody.cfg.lua";
const JICOFO = "/etc/jitsi/jicofo/jicofo.conf";
const CHECKS = ["signaling", "signaling-guest", "account-focus", "account-jvb"] as const;

type Name = (typeof CHECKS)[number];
type Reasons = Readonly<Record<Name, string>>;

const WELL: Reasons = {
  signaling: "ok",
  "signaling-guest": "ok",
  "account-focus": "ok",
  "account-jvb": "ok",
};

describe("signaling on a whole site", function () {
  this.timeout(60_000);
  let lab: MeetingLab;

  before(async () => {
    lab = await startMeetingLab();
  });
  after(() => lab?.stop());
  afterEach(() => lab.mend());

  async function look(name: Name, changes: Readonly<Record<string, unknown>> = {}): Promise<CheckResult> {
    const check = lab.checks.find((one) => one.name === name);
    if (check === undefined) throw new Error(`there is no check ${name}`);
    return await runCheck({ ...check, spec: { ...check.spec, ...changes } }, lab.checkContext());
  }

  async function reasons(): Promise<Reasons> {
    const results = await Promise.all(CHECKS.map((name) => look(name)));
    return { ...WELL, ...Object.fromEntries(results.map(({ name, reason }) => [name, reason])) };
  }

  it("is well, and says what it found", async () => {
    expect(await reasons()).to.deep.equal(WELL);
    const result = await look("signaling");
    expect(result.message).to.equal(
      "convene-check logs in; meet.lab.test has conference, lobby, breakout, tells of the relays, has a focus that answers",
    );
    expect(result.evidence.services).to.include("turns turn.lab.test:443/tcp");
    const guest = await look("signaling-guest");
    expect(guest.message).to.include("gives a guest no new room");
    expect(guest.phases.map(({ name }) => name).slice(-3)).to.deep.equal(["extdisco", "focus", "rooms"]);
  });

  it("knows who does not pass the WebSocket on", async () => {
    await lab.fault("websocket-not-proxied");
    const notProxied = { signaling: "websocket_is_page", "signaling-guest": "websocket_is_page" };
    expect(await reasons()).to.deep.equal({ ...WELL, ...notProxied });
    await lab.servers.nginx.mend();
    await lab.servers.prosody.stop();
    const result = await look("signaling");
    expect(result).to.include({ reason: "prosody_down" });
    expect(result.evidence).to.include({ status: 502 });
    expect(await look("account-focus")).to.include({ reason: "port_closed" });
  });

  it("says that Prosody hangs", async () => {
    await lab.fault("prosody-frozen");
    const soon = { timeout: "2s" };
    const results = await Promise.all([look("signaling", soon), look("account-focus", soon)]);
    expect(results.map(({ reason }) => reason)).to.deep.equal(["websocket_no_answer", "session_silent"]);
  });

  it("says that guests have no door, which members do not notice", async () => {
    await lab.fault("guest-host-missing");
    await focusIsBack();
    expect(await reasons()).to.deep.equal({ ...WELL, "signaling-guest": "host_unknown" });
  });

  it("tells a relay whose port is no number, a secret that differs, and what is not told of", async () => {
    await lab.fault("services-string-port");
    await focusIsBack();
    const bare = await look("signaling");
    // The ports that got lost are the usual ones, so people still find the relay.
    expect(bare).to.include({ reason: "turn_without_port", severity: "warning", ok: false });
    await lab.servers.prosody.reconfigure(PROSODY, {
      'port = "3478",': "port = 3478,",
      'port = "5349",': "port = 5349,",
      "port = 443,": 'port = "443",',
      'external_service_secret = "': 'external_service_secret = "not-',
    });
    await focusIsBack();
    const other = await look("signaling");
    expect(other).to.include({ reason: "turn_without_port", severity: "critical" });
    expect(other.message).to.include("turns turn.lab.test:-/tcp");
    const known = relaysOf("signaling").filter(({ port }) => port !== 443);
    expect(await look("signaling", { services: known })).to.include({ reason: "turn_secret_differs" });
    const moved = [{ type: "turn", host: "relay.lab.test", port: 3_478, transport: "udp" }];
    const missing = await look("signaling-guest", { services: moved });
    expect(missing).to.include({ reason: "turn_not_announced" });
    expect(missing.message).to.include("relay.lab.test");
    const plain = known.filter(({ type }) => type !== "turns");
    const more = await look("signaling", { relaySecret: undefined, services: plain });
    expect(more).to.include({ reason: "turn_unexpected", severity: "warning" });
  });

  it("tells which part Prosody lacks, and what it keeps to itself", async () => {
    await lab.servers.prosody.reconfigure(PROSODY, {
      'Component "conference.meet.lab.test" "muc"': 'Component "conference.meet.lab.test" "muc_to_come"',
      'Component "focus.meet.lab.test"': 'Component "other.meet.lab.test"',
      '"external_services"; ': "",
    });
    expect(await reasons()).to.deep.equal({
      ...WELL,
      signaling: "component_missing",
      "signaling-guest": "extdisco_missing",
    });
    const component = await look("signaling");
    expect(component.message).to.equal("conference.meet.lab.test is not there: service-unavailable");
    const none = await look("signaling", { components: ["nothing"] });
    expect(none).to.include({ reason: "side_component_missing" });
    expect(none.message).to.equal("nothing.meet.lab.test is not there: not-allowed");
    const rest = { components: [], services: undefined };
    expect(await look("signaling", rest)).to.include({ reason: "focus_component_missing" });
  });

  it("tells whose password differs", async () => {
    await changePassword("focus@auth.meet.lab.test", "another");
    await changePassword("convene-check@meet.lab.test", "another");
    // Prosody ends the sessions of an account that gets another password, and jicofo does not come in again.
    expect(await reasons()).to.deep.equal({
      signaling: "login_refused",
      "signaling-guest": "focus_missing",
      "account-focus": "login_refused",
      "account-jvb": "ok",
    });
    const result = await look("account-focus");
    expect(result.message).to.include("focus is not let in: not-authorized");
    expect(result.hint).to.include("convene reconcile");
    const nobody = { secret: "none-such", login: "user", account: "focus" };
    const unknown = await runCheck(
      { name: "x", kind: "xmpp", spec: { host: "meet.lab.test", ...nobody } },
      lab.checkContext({ secret: () => Promise.reject(new Error("no such secret")) }),
    );
    expect(unknown).to.include({ reason: "secret_missing" });
    await changePassword("focus@auth.meet.lab.test", lab.secret("focus-password").reveal());
    await changePassword("convene-check@meet.lab.test", lab.secret("check-password").reveal());
  });

  it("tells a jicofo that Prosody passes nothing on to from one that is not logged in", async () => {
    await lab.fault("focus-component-blind");
    await lab.untilChoosable(1);
    const result = await look("signaling");
    expect(result).to.include({ reason: "focus_cut_off", severity: "critical" });
    expect(await look("signaling", { focusRest: undefined })).to.include({ reason: "focus_missing" });
    await lab.fault("focus-stopped");
    expect(await look("signaling")).to.include({ reason: "focus_missing" });
  });

  it("tells a jicofo that is not logged in from one that hangs", async () => {
    await lab.fault("focus-password");
    const missing = { signaling: "focus_missing", "signaling-guest": "focus_missing" };
    expect(await reasons()).to.deep.equal({ ...WELL, ...missing });
    await lab.servers.focus.mend();
    await lab.mend();
    await lab.fault("focus-frozen");
    expect(await look("signaling", { components: [], services: undefined, timeout: "3s" })).to.include({
      reason: "focus_silent",
    });
  });

  it("finds the door open where only members may open rooms", async () => {
    await lab.servers.focus.reconfigure(JICOFO, {
      "authentication {\n    enabled = true": "authentication {\n    enabled = false",
    });
    await focusIsBack();
    const open = await look("signaling-guest");
    expect(open).to.include({ reason: "guests_open_rooms", severity: "critical" });
    expect(await look("signaling-guest", { rooms: "open" })).to.include({ reason: "ok" });
    await lab.servers.focus.behave({ requests: "never-ready" });
    expect(await look("signaling-guest", { rooms: "open" })).to.include({ reason: "focus_not_ready" });
  });

  it("finds the door shut where it should be open", async () => {
    expect(await look("signaling-guest", { rooms: "open" })).to.include({ reason: "guests_kept_out" });
    const opening = { rooms: "members", openRoom: true };
    const member = await look("signaling", opening);
    expect(member, member.message).to.include({ reason: "ok" });
    expect(member.message).to.include("opens a room");
    await lab.servers.focus.reconfigure(JICOFO, {
      'login-url = "meet.lab.test"': 'login-url = "elsewhere.test"',
    });
    await focusIsBack();
    expect(await look("signaling", opening)).to.include({ reason: "members_kept_out" });
  });

  function relaysOf(name: Name): readonly { readonly type: string; readonly port: number }[] {
    const services = lab.checks.find((check) => check.name === name)?.spec.services;
    return z.array(z.looseObject({ type: z.string(), port: z.number() })).parse(services);
  }

  async function changePassword(jid: string, password: string): Promise<void> {
    const { container } = lab.servers.prosody;
    const command = container.inside(["/usr/local/lib/convene/prosody-accounts"]);
    const { code, stderr } = await runProgram(command, { input: `set\t${jid}\t${password}\n` });
    expect(code, stderr).to.equal(0);
  }

  /** It is logged in some time after it, or Prosody, has started. */
  async function focusIsBack(): Promise<void> {
    for (let attempt = 0; attempt < 50; attempt += 1) {
      if ((await look("signaling")).reason !== "focus_missing") return;
    }
    throw new Error("the focus does not come back");
  }
});
