import { expect } from "chai";
import type { Notification } from "../../../src/alerts/alert.ts";
import { addressed, EVERYBODY, readdressed, withoutSent } from "../../../src/alerts/outbox.ts";
import type { DesiredReceiver } from "../../../src/model/desired-state.ts";

function notification(subject: string, kind: Notification["kind"] = "firing"): Notification {
  const words = { name: "CheckFailing", severity: "critical", reason: "r", message: "m" } as const;
  return { ...words, kind, subject, evidence: {}, site: "meet", url: "", startsAt: 0, at: 0 };
}

function receiver(name: string): DesiredReceiver {
  return { name, target: { kind: "webhook", url: "http://127.0.0.1/" } };
}

const a = notification("a");
const b = notification("b");
const aResolved = notification("a", "resolved");

describe("what receivers have still to be told", () => {
  it("waits for everybody until receivers are known, then goes to each", () => {
    const waiting = addressed(new Map(), undefined, [a]);
    expect([...waiting.keys()]).to.deep.equal([EVERYBODY]);
    expect(readdressed(waiting, [receiver("x"), receiver("y")])).to.deep.equal(
      new Map([
        ["x", [a]],
        ["y", [a]],
      ]),
    );
  });

  it("is forgotten with a receiver that is gone", () => {
    expect(readdressed(new Map([["x", [a]]]), [receiver("y")])).to.deep.equal(new Map());
  });

  it("is the newest of each alert", () => {
    expect(addressed(new Map([["x", [a, b]]]), [receiver("x")], [aResolved]).get("x")).to.deep.equal([
      b,
      aResolved,
    ]);
  });

  it("keeps what came in while something else was being sent", () => {
    const outbox = addressed(new Map([["x", [a]]]), [receiver("x")], [b]);
    expect(withoutSent(outbox, "x", [a])).to.deep.equal(new Map([["x", [b]]]));
    expect(withoutSent(outbox, "x", [a, b])).to.deep.equal(new Map());
  });
});
