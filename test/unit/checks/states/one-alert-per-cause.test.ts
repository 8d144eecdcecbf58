/** Any rungs standing on each other, any faults: each cause is told once, what it takes down never, each end once. */
import { expect } from "chai";
import * as fc from "fast-check";
import type { Notification, TrackedAlerts } from "../../../../src/alerts/alert.ts";
import { evaluate } from "../../../../src/alerts/evaluate.ts";
import { observationOf } from "../../../../src/alerts/problems.ts";
import { createBoard } from "../../../../src/checks/states/board.ts";
import { confirmationOf } from "../../../../src/checks/states/check-state.ts";
import { createRungGraph, type Rung } from "../../../../src/checks/states/rung-graph.ts";
import { createWatch } from "../../../../src/checks/states/watch.ts";
import { type CheckStatus, checkStatuses } from "../../../../src/status/check-status.ts";
import { checkResult } from "../../../lab/sample-check.ts";
import { EMPTY_STATUS } from "../../../lab/fake-agent.ts";

type Edge = "none" | "needs" | "leans" | "leans and fails" | "alike";

/** Rung `n` stands on those with smaller numbers, by the edges of its row. */
interface World {
  readonly edges: readonly (readonly Edge[])[];
  /** Numbers of the rungs that are broken, one set after the other. */
  readonly phases: readonly (readonly number[])[];
  /** In which order they are looked at, round after round. */
  readonly shuffles: readonly number[];
}

const RULES = { graceUntil: 0, repeatMs: Number.POSITIVE_INFINITY, forgetMs: Number.POSITIVE_INFINITY };
const LOOK_MS = 10_000;

const world: fc.Arbitrary<World> = fc.integer({ min: 1, max: 8 }).chain((count) => {
  const edge = fc.constantFrom<Edge>("none", "needs", "leans", "leans and fails", "alike");
  return fc.record({
    edges: fc.tuple(
      ...Array.from({ length: count }, (_, row) => fc.array(edge, { minLength: row, maxLength: row })),
    ),
    phases: fc.array(fc.uniqueArray(fc.nat(count - 1), { maxLength: count }), { minLength: 1, maxLength: 5 }),
    shuffles: fc.array(fc.nat(1_000), { minLength: count, maxLength: count }),
  });
});

class Simulation {
  now = 0;
  faults: ReadonlySet<number> = new Set();
  readonly #edges: World["edges"];
  readonly #queue: string[] = [];
  #tracked: TrackedAlerts = new Map();
  readonly #board = createBoard({
    clock: { now: () => this.now, monotonic: () => this.now },
    isCertain: () => false,
    explainedBy: () => undefined,
  });
  readonly #watch = createWatch({
    board: this.#board,
    isCertain: () => false,
    explainedBy: () => undefined,
    ask: async (name) => {
      this.now += LOOK_MS;
      const ok = !this.fails(Number(name));
      return { result: checkResult({ name, ok, checkedAt: this.now }), transcript: [], begunAt: this.now };
    },
    soon: (names) => this.#queue.push(...names),
    onLook: () => this.#observe(),
  });
  told: Notification[] = [];

  constructor(edges: World["edges"]) {
    this.#edges = edges;
    const rungs = edges.map((row, number): Rung => {
      const to = (sort: Edge) => row.flatMap((edge, below) => (edge === sort ? [`${below}`] : []));
      const leansOn = [...to("leans"), ...to("leans and fails")];
      return {
        name: `${number}`,
        sort: "check",
        kind: "turn",
        needs: to("needs"),
        leansOn,
        alike: to("alike"),
      };
    });
    this.#board.configure(createRungGraph(rungs), () => confirmationOf(undefined));
  }

  fails(number: number): boolean {
    const row = this.#edges[number] ?? [];
    const falls = row.some(
      (edge, below) => (edge === "needs" || edge === "leans and fails") && this.fails(below),
    );
    return this.faults.has(number) || falls;
  }

  /** Whether its failure is explained by something below, or by its like which is asked. */
  explained(number: number): boolean {
    const graph = this.#board.graph();
    const fails = (name: string) => this.fails(Number(name));
    const alike = graph.rungs.get(`${number}`)?.alike ?? [];
    return (
      graph.below(`${number}`).some(fails) ||
      alike.some((name) => fails(name) && !graph.needed(name).some(fails))
    );
  }

  /** Long enough for everything to be confirmed. */
  async settle(shuffles: readonly number[]): Promise<void> {
    const names = this.#edges.map((_, number) => number);
    for (let round = 0; round < names.length + 4; round += 1) {
      const weight = (number: number) => ((shuffles[number] ?? 0) * (round + 7)) % 1_009;
      for (const number of names.toSorted((left, right) => weight(left) - weight(right))) {
        await this.#watch.look(`${number}`);
        for (let name = this.#queue.shift(); name !== undefined; name = this.#queue.shift())
          await this.#watch.look(name);
      }
    }
  }

  statuses(): readonly CheckStatus[] {
    return checkStatuses(this.#board.standings());
  }

  #observe(): void {
    const observation = observationOf({ ...EMPTY_STATUS, checks: this.statuses() });
    const { tracked, notifications } = evaluate(this.#tracked, observation, this.now, RULES);
    this.#tracked = tracked;
    this.told.push(...notifications);
  }
}

describe("any rungs, any faults", () => {
  it("tell each cause once, nothing of what it takes down, and each end once", async () => {
    await fc.assert(
      fc.asyncProperty(world, async ({ edges, phases, shuffles }) => {
        const simulation = new Simulation(edges);
        const numbers = edges.map((_, number) => number);
        let firing = new Set<number>();
        for (const faults of phases) {
          simulation.faults = new Set(faults);
          simulation.told = [];
          await simulation.settle(shuffles);
          const failing = numbers.filter((number) => simulation.fails(number));
          const causes = failing.filter((number) => !simulation.explained(number));
          const expected = [
            ...causes.filter((number) => !firing.has(number)).map((number) => `firing ${number}`),
            ...[...firing]
              .filter((number) => !failing.includes(number))
              .map((number) => `resolved ${number}`),
          ];
          expect(simulation.told.map(({ kind, subject }) => `${kind} ${subject}`)).to.have.members(expected);
          expect(simulation.told).to.have.length(expected.length);
          firing = new Set([...causes, ...[...firing].filter((number) => failing.includes(number))]);

          for (const status of simulation.statuses()) {
            const number = Number(status.name);
            if (!failing.includes(number)) expect(status.state).to.equal("up");
            else if (causes.includes(number)) expect(status.state).to.equal("down");
            else {
              expect(status.state).to.equal("unknown");
              expect(causes).to.include(Number(status.cause));
              const cause = simulation.statuses().find(({ name }) => name === status.cause);
              expect(cause?.takesDown).to.include(status.name);
            }
          }
        }
      }),
      { numRuns: 300 },
    );
  });
});
