/** Which failure below explains one: only of the kinds that the reason names, and a warning only if it names some. */
import { expect } from "chai";
import { checkProblems } from "../../../../src/alerts/check-problems.ts";
import type { CheckResult } from "../../../../src/checks/check.ts";
import { type Board, createBoard } from "../../../../src/checks/states/board.ts";
import { createRungGraph, type Rung } from "../../../../src/checks/states/rung-graph.ts";
import { createWatch, type Watch } from "../../../../src/checks/states/watch.ts";
import { checkStatuses } from "../../../../src/status/check-status.ts";
import { createFakeClock } from "../../../lab/fake-clock.ts";
import { checkResult } from "../../../lab/sample-check.ts";

const check = (name: string, kind: string, more: Partial<Rung> = {}): Rung => ({
  name,
  sort: "check",
  kind,
  needs: [],
  leansOn: [],
  alike: [],
  ...more,
});

const unit: Rung = {
  name: "unit/turn/coturn",
  sort: "unit",
  kind: "unit",
  needs: [],
  leansOn: [],
  alike: [],
};
/** As shipped: each way to the relay, the certificate below one of them, the bridge above all. */
const graph = createRungGraph([
  unit,
  check("certificate", "tls", { leansOn: [unit.name] }),
  check("udp", "turn", { leansOn: [unit.name] }),
  check("tcp", "turn", { alike: ["udp"] }),
  check("tls", "turn", { needs: ["certificate"], leansOn: [unit.name, "udp"] }),
  check("bridge", "bridge", { leansOn: ["udp", "tls"] }),
]);

const REASONS: Readonly<Record<string, readonly string[] | undefined>> = {
  wrong_secret: ["turn"],
  port_closed: [],
  relay_failed: ["turn"],
  focus_unreachable: ["xmpp"],
  port_left_out: ["turn"],
  expiring: [],
};

describe("what explains a failure", () => {
  let board: Board;
  let watch: Watch;
  let failing: Map<string, Partial<CheckResult>>;
  let asked: string[];

  beforeEach(() => {
    failing = new Map();
    asked = [];
    const explainedBy = (_kind: string, reason: string) => REASONS[reason]?.map((kind) => ({ kind }));
    board = createBoard({ clock: createFakeClock(), isCertain: () => false, explainedBy });
    const once = { needed: 1, of: 1 };
    board.configure(graph, () => ({ down: once, up: once }));
    watch = createWatch({
      board,
      isCertain: () => false,
      explainedBy,
      ask: (name) => {
        asked.push(name);
        const change = failing.get(name);
        const kind = graph.rungs.get(name)?.kind ?? "";
        const result = checkResult({ name, kind, ok: change === undefined, ...change });
        return Promise.resolve({ result, transcript: [], begunAt: 0 });
      },
      soon: () => undefined,
      onLook: () => undefined,
    });
  });

  /** What people are told after one look at each, in this order. */
  async function told(...names: string[]): Promise<readonly string[]> {
    for (const name of names) await watch.look(name);
    return checkProblems(checkStatuses(board.standings())).map(
      ({ subject, reason }) => `${subject} ${reason}`,
    );
  }

  it("is a check of a kind that the reason names, whoever is asked first", async () => {
    failing.set("udp", { reason: "wrong_secret" }).set("tls", { reason: "wrong_secret" });
    expect(await told("tls", "udp", "bridge", "certificate")).to.deep.equal(["udp wrong_secret"]);
    expect(board.standing("tls")).to.include({ state: "unknown", cause: "udp" });
  });

  it("is no other check when the reason is of this one alone", async () => {
    failing.set("udp", { reason: "wrong_secret" }).set("tls", { reason: "port_closed" });
    expect(await told("udp", "tls", "certificate")).to.have.members(["tls port_closed", "udp wrong_secret"]);
    asked = [];
    await watch.look("bridge");
    expect(asked).to.deep.equal(["bridge"]);
  });

  it("is always the ground it stands on, and what it needs", async () => {
    failing.set("tls", { reason: "port_closed" }).set(unit.name, { reason: "unit_stopped" });
    expect(await told("tls")).to.deep.equal([`${unit.name} unit_stopped`]);
    failing.clear();
    await told(unit.name, "tls");
    failing.set("tls", { reason: "port_closed" }).set("certificate", { reason: "port_closed" });
    expect(await told("tls")).to.deep.equal(["certificate port_closed"]);
  });

  it("may be further down than what it leans on", async () => {
    failing.set("certificate", { reason: "cert_expired" }).set("bridge", { reason: "relay_failed" });
    expect(await told("bridge", "tls")).to.deep.equal(["certificate cert_expired"]);
    expect(board.standing("bridge")).to.include({ state: "unknown", cause: "certificate" });
  });

  it("explains a warning that says by what, which stays up and is told by itself otherwise", async () => {
    failing.set("bridge", { reason: "relay_failed", severity: "warning" });
    expect(await told("bridge", "udp")).to.deep.equal(["bridge relay_failed"]);
    failing.set("udp", { reason: "wrong_secret" });
    expect(await told("bridge")).to.deep.equal(["udp wrong_secret"]);
    expect(board.standing("bridge")).to.include({ state: "up", cause: "udp" });
    const udp = checkStatuses(board.standings()).find(({ name }) => name === "udp");
    expect(udp?.takesDown).to.deep.equal([]);
    failing.set("bridge", { reason: "focus_unreachable", severity: "warning" });
    expect(await told("bridge")).to.deep.equal(["bridge focus_unreachable", "udp wrong_secret"]);
  });

  it("is the like's for a warning only where the kind says so", async () => {
    const warning = (reason: string) => ({ reason, severity: "warning" }) as const;
    failing.set("tcp", warning("port_left_out")).set("udp", warning("port_left_out"));
    expect(await told("tcp", "udp")).to.deep.equal(["udp port_left_out"]);
    failing.set("tcp", warning("expiring")).set("udp", warning("expiring"));
    expect(await told("udp", "tcp")).to.deep.equal(["tcp expiring", "udp expiring"]);
  });
});
