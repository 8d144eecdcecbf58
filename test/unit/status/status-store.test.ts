import { expect } from "chai";
import type { Verdict } from "../../../src/agent/agent-event.ts";
import type { CheckStatus } from "../../../src/status/check-status.ts";
import { createStatusStore, type StatusStore } from "../../../src/status/status-store.ts";
import { checkStatus } from "../../lab/sample-check.ts";

const START = Date.UTC(2026, 10, 22);

function clockAt(minute: () => number) {
  const now = () => START + minute() * 60_000;
  return { now, monotonic: now, sleep: () => Promise.resolve() };
}

function verdict(outcome: Verdict["outcome"], reason: string, revision = "r1"): Verdict {
  return { outcome, reason, revision, message: `${reason} it is`, actions: 1, milliseconds: 20 };
}

const READY = verdict("ready", "ReconciliationSucceeded");
const plan = (actions: number, revision = "r1") => ({
  revision,
  site: "meet",
  url: "https://meet/",
  actions,
});

describe("the status of the agent", () => {
  let minute = 0;
  let store: StatusStore;

  beforeEach(() => {
    minute = 0;
    store = createStatusStore(
      clockAt(() => minute),
      () => [],
    );
  });

  const conditions = () => store.current().conditions.map((one) => `${one.type}=${one.status} ${one.reason}`);
  const working = () => store.current().conditions.find((one) => one.type === "Reconciling")?.message;
  const since = (type: string) =>
    store
      .current()
      .conditions.find((one) => one.type === type)
      ?.lastTransitionTime.slice(14, 16);

  function pass(end: Verdict, actions = 1): void {
    store.passStarted(["push"]);
    store.planned(plan(actions, end.revision));
    store.passEnded(end, { errors: [] });
  }

  it("is unknown at the start", () => {
    expect(conditions()).to.deep.equal(["Ready=Unknown Progressing"]);
  });

  it("is Reconciling while it works and no longer", () => {
    store.passStarted(["push"]);
    store.planned(plan(3));
    expect(conditions()).to.have.members(["Ready=Unknown Progressing", "Reconciling=True Progressing"]);
    store.passEnded(READY, { errors: [] });
    expect(conditions()).to.deep.equal(["Ready=True ReconciliationSucceeded"]);
  });

  it("is Reconciling again when a site that was ready gets work", () => {
    pass(READY);
    store.passStarted(["push"]);
    store.planned(plan(1, "r2"));
    expect(conditions()).to.have.members(["Ready=Unknown Progressing", "Reconciling=True Progressing"]);
  });

  it("stays as it is through a pass with nothing to do", () => {
    pass(READY);
    const before = conditions();
    minute = 5;
    store.passStarted(["schedule"]);
    expect(conditions()).to.deep.equal(before);
    store.planned(plan(0));
    expect(conditions()).to.deep.equal(before);
    store.passEnded(READY, { errors: [] });
    expect(since("Ready")).to.equal("00");
  });

  it("says that it tries again after a failure", () => {
    pass(verdict("failed", "ImageBuildFailed"));
    expect(conditions()).to.deep.equal(["Ready=False ImageBuildFailed"]);
    store.passStarted(["retry"]);
    expect(conditions()).to.include("Reconciling=True ProgressingWithRetry");
    expect(working()).to.equal("trying r1 again now, because the last try failed");
    store.passStarted(["schedule", "drift in turn", "start", "keys in Consul changed"]);
    expect(working()).to.equal(
      "trying r1 again now, because it is time for the regular look; drift in turn; the agent has started; 1 more",
    );
    store.passStarted(["push", "retry"]);
    expect(working()).to.equal(
      "looking at what is pushed now, because a push has arrived; the last try failed",
    );
  });

  it("counts what it does", () => {
    store.planned(plan(1));
    expect(working()).to.equal("applying 1 action");
    store.planned(plan(2));
    expect(working()).to.equal("applying 2 actions");
  });

  it("is Stalled when only a human can help, until something else happens", () => {
    pass(verdict("stalled", "InvalidManifest"));
    expect(conditions()).to.have.members(["Ready=False InvalidManifest", "Stalled=True InvalidManifest"]);
    pass(READY);
    expect(conditions()).to.deep.equal(["Ready=True ReconciliationSucceeded"]);
  });

  it("moves the transition time with the status, not with reason or message", () => {
    pass(verdict("failed", "ImageBuildFailed"), 0);
    minute = 3;
    pass(verdict("failed", "LxdUnreachable"), 0);
    expect(conditions()).to.deep.equal(["Ready=False LxdUnreachable"]);
    expect(since("Ready")).to.equal("00");
    minute = 4;
    pass(READY, 0);
    expect(since("Ready")).to.equal("04");
  });

  it("keeps apart what was attempted, applied and proven", () => {
    pass(READY);
    pass(verdict("failed", "HealthCheckFailed", "r2"));
    expect(store.current().revision).to.deep.equal({ attempted: "r2", applied: "r2", healthy: "r1" });
    pass(verdict("failed", "ImageBuildFailed", "r3"));
    expect(store.current().revision).to.deep.equal({ attempted: "r3", applied: "r2", healthy: "r1" });
  });

  it("does not count a superseded pass", () => {
    pass(READY);
    const { revision, lastPass } = store.current();
    store.passEnded(verdict("superseded", "Superseded", "r2"), { errors: [] });
    expect(store.current()).to.deep.include({ revision, lastPass });
  });

  it("is Suspended with the reason given, until resumed", () => {
    store.suspended("moving house");
    expect(store.current().conditions.find((one) => one.type === "Suspended")?.message).to.equal(
      "moving house",
    );
    store.suspended(undefined);
    expect(conditions().join(" ")).not.to.contain("Suspended");
  });

  it("reports names still on a self-signed certificate, and is Ready all the same", () => {
    store.passEnded(READY, { errors: [], selfSigned: ["meet.example"] });
    expect(conditions()).to.have.members([
      "Ready=True ReconciliationSucceeded",
      "CertificatesTrusted=False SelfSigned",
    ]);
    store.passEnded(READY, { errors: [], selfSigned: [] });
    expect(conditions()).to.include("CertificatesTrusted=True Issued");
  });

  it("shows how the checks stand when it is asked", () => {
    const stands = [checkStatus({ name: "turn" })];
    store = createStatusStore(
      clockAt(() => minute),
      () => stands,
    );
    stands.push(checkStatus({ name: "page", ok: false }));
    expect(store.current().checks.map((one) => `${one.name} ${one.state}`)).to.deep.equal([
      "turn up",
      "page down",
    ]);
  });

  describe("while a check is believed to be down", () => {
    let checks: CheckStatus[];
    const down = checkStatus({
      name: "conference",
      kind: "conference",
      ok: false,
      since: START + 2 * 60_000,
    });
    beforeEach(() => {
      checks = [];
      store = createStatusStore(
        clockAt(() => minute),
        () => checks,
      );
      pass(READY);
    });

    it("is not Ready, since then, and Ready again when that is over", () => {
      minute = 3;
      checks = [checkStatus({ name: "page" }), down];
      expect(conditions()).to.deep.equal(["Ready=False HealthCheckFailed"]);
      expect(store.current().conditions[0]?.message).to.equal("conference: it does not answer");
      expect(since("Ready")).to.equal("02");
      expect(store.current().revision.healthy).to.equal("r1");
      minute = 5;
      checks = [checkStatus({ name: "conference" })];
      expect(conditions()).to.deep.equal(["Ready=True ReconciliationSucceeded"]);
      minute = 6;
      expect(since("Ready")).to.equal("05");
    });

    it("is about what the others stand on", () => {
      checks = [down, checkStatus({ name: "unit/jitsi/prosody", kind: "unit", ok: false })];
      expect(store.current().conditions[0]?.message).to.equal(
        "unit/jitsi/prosody: it does not answer\nconference: it does not answer",
      );
    });

    it("stays Ready with a warning, in maintenance, and at the first good look", () => {
      checks = [
        { ...down, severity: "warning" },
        { ...down, state: "maintenance" },
        { ...down, state: "pending" },
        { ...down, state: "unknown" },
        { ...checkStatus({ name: "page" }), state: "down" },
      ];
      expect(conditions()).to.deep.equal(["Ready=True ReconciliationSucceeded"]);
    });

    it("says what a pass said that came to nothing, or that it works on it", () => {
      checks = [down];
      pass(verdict("failed", "LxdError"));
      expect(conditions()).to.deep.equal(["Ready=False LxdError"]);
      store.planned(plan(1));
      expect(conditions()).to.include("Ready=Unknown Progressing");
    });
  });
});
