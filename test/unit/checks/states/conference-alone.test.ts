/** What explains that a conference fails: never what cannot be its cause, however long that has been failing. */
import { expect } from "chai";
import { checkProblems } from "../../../../src/alerts/check-problems.ts";
import type { CheckResult } from "../../../../src/checks/check.ts";
import { checkKind, explainedBy, isCertain } from "../../../../src/checks/registry.ts";
import { type Board, createBoard } from "../../../../src/checks/states/board.ts";
import { siteRungs } from "../../../../src/checks/states/site-rungs.ts";
import { createWatch, type Watch } from "../../../../src/checks/states/watch.ts";
import { checkStatuses } from "../../../../src/status/check-status.ts";
import { createFakeClock } from "../../../lab/fake-clock.ts";
import { checkResult } from "../../../lab/sample-check.ts";
import { container, state } from "../../../lab/sample-site.ts";

const unit = (name: string) => [{ name, disruption: "calls" as const }];
const bridge = (name: string, hostPart: number) =>
  container({ name, hostPart, dependsOn: ["jitsi"], services: unit("jitsi-videobridge2") });
/** As the catalogue ships it, with a second bridge. */
const site = state({
  containers: [
    container({ name: "proxy", hostPart: 10, services: unit("haproxy") }),
    container({ name: "turn", hostPart: 15, dependsOn: ["proxy"], services: unit("coturn") }),
    container({ name: "jitsi", hostPart: 20, dependsOn: ["proxy"], services: unit("prosody") }),
    bridge("bridge-1", 21),
    bridge("bridge-2", 22),
  ],
  checks: [
    { name: "turn-certificate", kind: "tls", spec: {}, container: "turn" },
    { name: "turn-udp", kind: "turn", spec: {}, container: "turn" },
    { name: "turn-tls", kind: "turn", spec: {}, container: "turn", dependsOn: ["turn-certificate"] },
    { name: "websocket", kind: "websocket", spec: {}, container: "jitsi" },
    { name: "signaling", kind: "xmpp", spec: {}, container: "jitsi", dependsOn: ["websocket"] },
    { name: "bridge-1", kind: "bridge", spec: {}, container: "bridge-1" },
    { name: "bridge-2", kind: "bridge", spec: {}, container: "bridge-2" },
    { name: "conference", kind: "conference", spec: {}, container: "jitsi" },
  ],
});

/** What fails and why; with candidates: those of the bridge that was met. */
type Faults = Readonly<Record<string, string | readonly [reason: string, candidates: string]>>;

const FIRST = "203.0.113.10:10000/srflx 10.10.1.21:10000/host";
const SECOND = "203.0.113.10:10001/srflx 10.10.1.22:10001/host";

describe("what explains that a conference fails", () => {
  let board: Board;
  let watch: Watch;
  let faults: Faults;

  const found = (name: string): CheckResult => {
    const kind = board.graph().rungs.get(name)?.kind ?? "";
    const fault = faults[name];
    if (fault === undefined) return checkResult({ name, kind });
    const [reason, candidates] = typeof fault === "string" ? [fault, undefined] : fault;
    const severity = checkKind(kind)?.reasons[reason]?.severity ?? "critical";
    const evidence = candidates === undefined ? {} : { candidates };
    return checkResult({ name, kind, ok: severity === "info", reason, severity, evidence });
  };

  beforeEach(() => {
    board = createBoard({ clock: createFakeClock(), isCertain, explainedBy });
    const once = { needed: 1, of: 1 };
    board.configure(siteRungs(site), () => ({ down: once, up: once }));
    watch = createWatch({
      board,
      isCertain,
      explainedBy,
      ask: (name) => Promise.resolve({ result: found(name), transcript: [], begunAt: 0 }),
      soon: () => undefined,
      onLook: () => undefined,
    });
  });

  /** What people are told once everything has been looked at, the conference first and last. */
  async function told(next: Faults): Promise<readonly string[]> {
    faults = next;
    for (const name of ["conference", ...site.checks.map((check) => check.name)]) await watch.look(name);
    const problems = checkProblems(checkStatuses(board.standings()));
    return problems.map(({ subject, reason }) => `${subject} ${reason}`);
  }

  it("is no bridge while another works", async () => {
    const closed = ["media_port_closed", SECOND] as const;
    for (const reason of ["audio_lost", "no_bridge", "ice_failed"])
      expect(await told({ "bridge-2": closed, conference: [reason, FIRST] })).to.have.members([
        "bridge-2 media_port_closed",
        `conference ${reason}`,
      ]);
  });

  it("is nothing that runs for one bridge while another works", async () => {
    const stopped = { "unit/bridge-2/jitsi-videobridge2": "unit_stopped", "bridge-2": "port_closed" };
    expect(await told({ ...stopped, conference: "audio_lost" })).to.have.members([
      "unit/bridge-2/jitsi-videobridge2 unit_stopped",
      "conference audio_lost",
    ]);
  });

  it("is the bridge that was met, or all of them", async () => {
    const closed = ["media_port_closed", SECOND] as const;
    const met = await told({ "bridge-2": closed, conference: closed });
    expect(met).to.deep.equal(["bridge-2 media_port_closed"]);
    expect(
      await told({ "bridge-1": "unhealthy", "bridge-2": closed, conference: "no_bridge" }),
    ).to.have.members(["bridge-1 unhealthy", "bridge-2 media_port_closed"]);
  });

  it("is the one bridge that is left while the other is taken out of service, or cannot be asked", async () => {
    const silent = { "bridge-2": "media_no_answer", conference: "media_no_answer" };
    expect(await told({ ...silent, "bridge-1": "draining" })).to.deep.equal(["bridge-2 media_no_answer"]);
    const gone = { ...silent, "container/bridge-1": "container_stopped" };
    expect(await told(gone)).to.have.members([
      "container/bridge-1 container_stopped",
      "bridge-2 media_no_answer",
    ]);
  });

  it("is a relay for what fails on the way through one, and for nothing else", async () => {
    expect(await told({ "turn-udp": "wrong_secret", conference: "credential_refused" })).to.deep.equal([
      "turn-udp wrong_secret",
    ]);
    expect(await told({ "turn-certificate": "cert_expired", conference: "relay_unreachable" })).to.deep.equal(
      ["turn-certificate cert_expired"],
    );
    for (const reason of ["media_no_answer", "audio_lost", "focus_silent", "timeout"])
      expect(await told({ "turn-udp": "wrong_secret", conference: reason })).to.have.members([
        "turn-udp wrong_secret",
        `conference ${reason}`,
      ]);
  });

  it("is no relay that works and lets through too much", async () => {
    expect(
      await told({ "turn-udp": "private_peer_allowed", conference: "relay_unreachable" }),
    ).to.have.members(["turn-udp private_peer_allowed", "conference relay_unreachable"]);
  });

  it("is signaling for a participant who does not get in, and no wrong word on relays", async () => {
    expect(await told({ websocket: "websocket_is_page", conference: "websocket_is_page" })).to.deep.equal([
      "websocket websocket_is_page",
    ]);
    expect(await told({ signaling: "component_missing", conference: "focus_silent" })).to.deep.equal([
      "signaling component_missing",
    ]);
    expect(await told({ signaling: "turn_secret_differs", conference: "credential_refused" })).to.deep.equal([
      "signaling turn_secret_differs",
    ]);
    for (const signaling of ["turn_secret_differs", "guests_open_rooms"])
      expect(await told({ signaling, conference: "focus_silent" })).to.have.members([
        `signaling ${signaling}`,
        "conference focus_silent",
      ]);
  });

  it("is told of its bridge, which a wrong word on relays explains no more", async () => {
    const unregistered = {
      "bridge-1": "not_registered",
      "bridge-2": "not_registered",
      conference: "no_bridge",
    };
    expect(await told({ ...unregistered, signaling: "turn_secret_differs" })).to.have.members([
      "signaling turn_secret_differs",
      "bridge-1 not_registered",
      "bridge-2 not_registered",
    ]);
    expect(await told({ ...unregistered, signaling: "login_refused" })).to.deep.equal([
      "signaling login_refused",
    ]);
  });

  it("is nothing at all where only a meeting shows it", async () => {
    const others = { signaling: "login_refused", "turn-udp": "wrong_secret", "bridge-1": "unhealthy" };
    for (const reason of ["source_not_announced", "focus_not_owner", "accept_refused"])
      expect(await told({ ...others, conference: reason })).to.include(`conference ${reason}`);
  });
});
