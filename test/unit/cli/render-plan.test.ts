/** The plan as it is printed. */
import { expect } from "chai";
import { renderPlan, renderPlanSummary } from "../../../src/cli/render-plan.ts";
import { alignColumns } from "../../../src/cli/columns.ts";
import type { ActionView, PlanView } from "../../../src/control/plan-view.ts";
import { Secret } from "../../../src/system/secret.ts";

const BASE: ActionView = {
  id: "x",
  kind: "update-container",
  subject: "container/turn",
  cause: "changed",
  reason: "it differs",
  changes: [],
  disruption: "none",
  dependsOn: [],
};

const plan = (...actions: readonly Partial<ActionView>[]): PlanView => ({
  actions: actions.map((action) => ({ ...BASE, ...action })),
  blocked: [],
});

describe("a plan", () => {
  it("is one aligned line a change, with before, after and place", () => {
    const lines = renderPlan(
      plan(
        {
          changes: [
            {
              field: "device relay",
              before: "50000-50500",
              after: "50000-51000",
              origin: { file: "site.yaml", line: 14, column: 3 },
            },
          ],
        },
        {
          subject: "kv",
          kind: "write-kv",
          changes: [{ field: "service/coturn/max-port", before: "50500", after: "51000" }],
        },
        {
          subject: "file turn:/etc/turnserver.conf",
          kind: "apply-files",
          reason: "restarts coturn",
          disruption: "calls",
        },
      ),
    );
    expect(lines).to.deep.equal([
      "  ~ container/turn                  device relay 50000-50500 → 50000-51000  (site.yaml:14)",
      "  ~ kv                              service/coturn/max-port 50500 → 51000",
      "  ~ file turn:/etc/turnserver.conf  restarts coturn                                         ends calls: waits until nobody is in one",
    ]);
  });

  it("marks what is made, removed, replaced and changed", () => {
    const lines = renderPlan(
      plan(
        { kind: "create-container", cause: "new", reason: "new" },
        { kind: "delete-container", cause: "removed", reason: "gone" },
        { kind: "swap-container", cause: "replaced", reason: "new image" },
        { kind: "start-container", cause: "drift", reason: "stopped" },
      ),
    );
    expect(lines.map((line) => line.trim().charAt(0))).to.deep.equal(["+", "-", "±", "~"]);
  });

  it("shows values set and removed, and empty ones", () => {
    const [set, removed, emptied] = renderPlan(
      plan({
        changes: [
          { field: "a", after: "1" },
          { field: "b", before: "2" },
          { field: "c", before: "3", after: "" },
        ],
      }),
    );
    expect(set).to.match(/a = 1$/);
    expect(removed).to.match(/b 2 removed$/);
    expect(emptied).to.match(/c 3 → ""$/);
  });

  it("says how many changes it leaves out", () => {
    const changes = Array.from({ length: 20 }, (_, index) => ({ field: `f${index}`, after: "x" }));
    const lines = renderPlan(plan({ changes }));
    expect(lines).to.have.length(13);
    expect(lines.at(-1)).to.include("… and 8 more");
  });

  it("prints no secret and no control character of a value", () => {
    const after = `${new Secret("hunter2").toString()}\u001b[31m\nevil`;
    const text = renderPlan(plan({ changes: [{ field: "p", after }] })).join("\n");
    expect(text).to.include("***").and.to.include("\\u{1b}[31m\\u{a}evil").and.not.to.include("hunter2");
  });

  it("names what is held back and how it is let go", () => {
    const held = {
      reason: "ConfirmationNeeded",
      subject: "volume/recordings",
      message: "it would be deleted",
      hint: "if it is meant: sudo convene confirm delete-volume-recordings",
      confirmationId: "delete-volume-recordings",
    };
    const lines = renderPlan({ actions: [], blocked: [held] });
    expect(lines).to.deep.equal([
      "  ! volume/recordings  ConfirmationNeeded: it would be deleted",
      "      → if it is meant: sudo convene confirm delete-volume-recordings",
    ]);
    expect(renderPlanSummary({ actions: [], blocked: [held] })).to.equal("nothing to do, 1 held back");
    expect(renderPlanSummary(plan({}))).to.equal("plan of 1 action");
    expect(renderPlanSummary(plan({}, {}))).to.equal("plan of 2 actions");
  });
});

describe("columns", () => {
  it("count characters, not bytes, and end without spaces", () => {
    expect(
      alignColumns([
        ["ä→", "b", ""],
        ["abcd", "", "c"],
      ]),
    ).to.deep.equal(["ä→    b", "abcd     c"]);
  });
});
