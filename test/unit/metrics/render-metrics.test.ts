/** What Prometheus gets: right names, right values, not too many, in both formats. */
import { readFile } from "node:fs/promises";
import { expect } from "chai";
import { parse } from "yaml";
import { checkKind } from "../../../src/checks/registry.ts";
import type { MetricsState } from "../../../src/metrics/metrics-state.ts";
import { renderMetrics } from "../../../src/metrics/render-metrics.ts";
import { createTallies } from "../../../src/metrics/tallies.ts";
import { EMPTY_STATUS } from "../../lab/fake-agent.ts";
import { checkStatus } from "../../lab/sample-check.ts";
import { buildSite, SHIPPED_CATALOGUE, starterFiles } from "../../lab/sample-model.ts";

const COMMIT = "8c2e4f1".padEnd(40, "0");
const FINGERPRINT = "ab".repeat(32);

function stateWith(change: Partial<MetricsState> = {}): MetricsState {
  return {
    version: "1.2.3",
    status: EMPTY_STATUS,
    tallies: createTallies().read(),
    alerts: { alerts: [], deliveries: [] },
    process: { node: "v26.10.0", residentBytes: 90_000_000, cpuSeconds: 1.5, startedAt: 1_700_000_000 },
    ...change,
  };
}

/** Series and values, without comments. */
async function series(state: MetricsState, accept?: string): Promise<ReadonlyMap<string, number>> {
  const { text } = await renderMetrics(state, accept);
  const lines = text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  return new Map(
    lines.map((line) => {
      const at = line.lastIndexOf(" ");
      return [line.slice(0, at), Number(line.slice(at + 1))] as const;
    }),
  );
}

const turn = checkStatus({
  name: "turn-udp",
  kind: "turn",
  target: "turn.test:3478/udp",
  ok: false,
  reason: "no_answer",
  checkedAt: 1_700_000_000_500,
  phases: [
    { name: "connect", milliseconds: 20 },
    { name: "allocate", milliseconds: 30 },
    { name: "connect", milliseconds: 5 },
  ],
});
const certificate = checkStatus({
  name: "proxy-certificate",
  kind: "tls",
  target: "meet.test:443",
  ok: false,
  severity: "warning",
  reason: "served_not_on_disk",
  checkedAt: 1_700_000_000_000,
  evidence: {
    notBefore: "2026-01-01T00:00:00.000Z",
    notAfter: "2026-04-01T00:00:00.000Z",
    issuer: 'CN=R "3"',
    fingerprint: FINGERPRINT,
    diskFingerprint: "cd".repeat(32),
    findings: "served_not_on_disk cert_expiring",
  },
});

describe("the metrics", () => {
  it("say how each check stands, and when and how it was last looked at", async () => {
    const values = await series(stateWith({ status: { ...EMPTY_STATUS, checks: [turn, certificate] } }));
    expect(
      values.get('convene_check_success{check="turn-udp",kind="turn",target="turn.test:3478/udp"}'),
    ).to.equal(0);
    expect(
      values.get('convene_check_success{check="proxy-certificate",kind="tls",target="meet.test:443"}'),
    ).to.equal(1);
    expect(values.get('convene_check_state{check="turn-udp",state="down"}')).to.equal(1);
    expect(values.get('convene_check_state{check="turn-udp",state="up"}')).to.equal(0);
    expect(values.get('convene_check_last_run_timestamp_seconds{check="turn-udp"}')).to.equal(
      1_700_000_000.5,
    );
    expect(values.get('convene_check_duration_seconds{check="turn-udp"}')).to.equal(0.055);
  });

  it("have every reason of the kinds in use from the beginning, and count looks by it", async () => {
    const tallies = createTallies();
    tallies.look(turn);
    tallies.look(turn);
    tallies.look({ kind: "turn", reason: "ok" });
    tallies.look({ kind: "tls", reason: "cert_expired" });
    const status = { ...EMPTY_STATUS, checks: [turn] };
    const values = await series(stateWith({ status, tallies: tallies.read() }));
    for (const [reason, { severity }] of Object.entries(checkKind("turn")?.reasons ?? {}))
      if (severity !== "info")
        expect(values.get(`convene_check_failures_total{reason="${reason}"}`), reason).to.equal(
          reason === "no_answer" ? 2 : 0,
        );
    expect(values.get('convene_check_runs_total{kind="turn",result="good"}')).to.equal(1);
    expect(values.get('convene_check_runs_total{kind="turn",result="bad"}')).to.equal(2);
    // Nobody looks at certificates here any more.
    expect(values.has('convene_check_failures_total{reason="cert_expired"}')).to.equal(false);
  });

  it("give a certificate's moments, and what is wrong with it", async () => {
    const values = await series(stateWith({ status: { ...EMPTY_STATUS, checks: [certificate] } }));
    const labels = 'check="proxy-certificate",endpoint="meet.test:443"';
    const after = Date.UTC(2026, 3, 1) / 1_000;
    expect(values.get(`convene_certificate_not_after_timestamp_seconds{${labels}}`)).to.equal(after);
    expect(values.get(`convene_certificate_not_before_timestamp_seconds{${labels}}`)).to.equal(
      Date.UTC(2026, 0, 1) / 1_000,
    );
    expect(values.get(`convene_certificate_chain_valid{${labels}}`)).to.equal(1);
    expect(values.get(`convene_certificate_served_matches_disk{${labels}}`)).to.equal(0);
    const info = `convene_certificate_info{${labels},issuer="CN=R \\"3\\"",fingerprint_sha256="${FINGERPRINT}"}`;
    expect(values.get(info)).to.equal(1);
    const bad = {
      ...certificate,
      reason: "cert_self_signed",
      evidence: { notAfter: "2026-04-01T00:00:00.000Z" },
    };
    const others = await series(stateWith({ status: { ...EMPTY_STATUS, checks: [bad] } }));
    expect(others.get(`convene_certificate_chain_valid{${labels}}`)).to.equal(0);
    expect(others.has(`convene_certificate_served_matches_disk{${labels}}`)).to.equal(false);
  });

  it("count passes and actions, and how long they took", async () => {
    const tallies = createTallies();
    const stamp = { at: 1_700_000_000_000, pass: 1 };
    const verdict = { outcome: "ready", reason: "R", message: "", actions: 1, milliseconds: 700 } as const;
    const action = {
      id: "delete container/turn",
      kind: "delete-container",
      name: "turn",
      subject: "container/turn",
      cause: "removed",
      reason: "nothing desires it",
      changes: [],
      disruption: "none",
      dependsOn: [],
    } as const;
    const { id, subject } = action;
    const plan = { actions: [action], blocked: [] };
    tallies.event({ ...stamp, type: "planned", revision: COMMIT, plan });
    tallies.event({ ...stamp, type: "action-finished", id, subject, milliseconds: 1_500 });
    tallies.event({ ...stamp, type: "verdict", verdict });
    tallies.event({
      ...stamp,
      type: "verdict",
      verdict: { ...verdict, outcome: "failed", milliseconds: 45_000 },
    });
    const values = await series(stateWith({ tallies: tallies.read() }));
    expect(values.get('convene_reconciles_total{result="ready"}')).to.equal(1);
    expect(values.get('convene_reconciles_total{result="stalled"}')).to.equal(0);
    expect(values.get('convene_reconcile_duration_seconds_bucket{le="0.5"}')).to.equal(0);
    expect(values.get('convene_reconcile_duration_seconds_bucket{le="1"}')).to.equal(1);
    expect(values.get('convene_reconcile_duration_seconds_bucket{le="60"}')).to.equal(2);
    expect(values.get('convene_reconcile_duration_seconds_bucket{le="+Inf"}')).to.equal(2);
    expect(values.get("convene_reconcile_duration_seconds_sum")).to.be.closeTo(45.7, 1e-9);
    expect(values.get("convene_reconcile_duration_seconds_count")).to.equal(2);
    expect(values.get("convene_last_reconcile_success_timestamp_seconds")).to.equal(1_700_000_000);
    expect(values.get('convene_actions_total{kind="delete-container",result="done"}')).to.equal(1);
    expect(values.get('convene_action_seconds_total{kind="delete-container"}')).to.equal(1.5);
  });

  it("say what stands: revisions, alerts, messages", async () => {
    const revision = { attempted: `${COMMIT}+catalogue@1`, applied: null, healthy: null };
    const firing = { name: "CheckFailing", severity: "critical", state: "firing" } as const;
    const values = await series(
      stateWith({
        status: { ...EMPTY_STATUS, revision },
        alerts: { alerts: [firing, firing], deliveries: [{ receiver: "mail", sent: 3, failed: 1 }] },
      }),
    );
    expect(values.get(`convene_desired_revision_info{commit="${COMMIT}"}`)).to.equal(1);
    expect([...values.keys()].filter((name) => name.startsWith("convene_applied_revision"))).to.deep.equal(
      [],
    );
    expect(
      values.get('convene_alerts{alertname="CheckFailing",severity="critical",state="firing"}'),
    ).to.equal(2);
    expect(values.get('convene_notifications_total{receiver="mail",result="failed"}')).to.equal(1);
    expect(values.get("convene_in_sync")).to.equal(1);
    expect(values.get('convene_build_info{version="1.2.3",node="v26.10.0"}')).to.equal(1);
  });

  it("are OpenMetrics for who prefers it, scrape after scrape", async () => {
    const state = stateWith({ status: { ...EMPTY_STATUS, checks: [turn] } });
    const prometheus =
      "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1";
    for (let scrape = 0; scrape < 2; scrape += 1) {
      const open = await renderMetrics(state, prometheus);
      expect(open.contentType).to.match(/^application\/openmetrics-text; version=1\.0\.0/);
      expect(open.text.endsWith("# EOF\n")).to.equal(true);
      expect(open.text).to.contain("# TYPE convene_check_failures counter\n");
      expect(open.text).to.contain('convene_check_failures_total{reason="no_answer"} 0\n');
      const plain = await renderMetrics(state, undefined);
      expect(plain.contentType).to.match(/^text\/plain; version=0\.0\.4/);
      expect(plain.text).to.contain("# TYPE convene_check_failures_total counter\n");
      expect(plain.text).not.to.contain("# EOF");
    }
    for (const accept of ["text/plain", "*/*", "", "application/openmetrics-text;q=0", "nonsense;;q=x,,"])
      expect((await renderMetrics(state, accept)).contentType, accept).to.match(/^text\/plain/);
  });

  it("are fewer than 500 series for a usual site", async () => {
    const { checks, containers } = await buildSite(await starterFiles(), SHIPPED_CATALOGUE);
    const phases = ["resolve", "connect", "tls", "stream", "ask"].map((name) => ({ name, milliseconds: 1 }));
    const objects = containers.map(({ name }) => ({
      name,
      component: name,
      state: "running" as const,
      address: "",
      image: "",
      ports: [],
      labels: [],
    }));
    const values = await series(
      stateWith({
        status: {
          ...EMPTY_STATUS,
          objects,
          checks: checks.map(({ name, kind }) => checkStatus({ name, kind, phases, checkedAt: 1 })),
        },
      }),
    );
    expect(values.size).to.be.within(100, 500);
    for (const name of values.keys()) expect(name).to.match(/^convene_[a-z_]+(\{.*\})?$/);
  });

  it("hold no words of others", async () => {
    const said = { ...turn, message: "words of a server", hint: "a hint" };
    const { text } = await renderMetrics(
      stateWith({ status: { ...EMPTY_STATUS, checks: [said] } }),
      undefined,
    );
    expect(text).not.to.contain("words of a server");
  });

  it("have the names that the shipped rules use", async () => {
    const file = new URL("../../../systemd/prometheus-rules.yaml", import.meta.url);
    const rules = JSON.stringify(parse(await readFile(file, "utf8")));
    const { text } = await renderMetrics(
      stateWith({
        status: { ...EMPTY_STATUS, checks: [turn, certificate] },
        alerts: { alerts: [], deliveries: [{ receiver: "mail", sent: 0, failed: 0 }] },
      }),
      undefined,
    );
    const used = new Set(rules.match(/convene_[a-z_]+/g));
    expect(used.size).to.be.greaterThan(7);
    for (const name of used) expect(text, name).to.contain(`# TYPE ${name} `);
  });
});
