/** What fails is told by its cause. */
import { expect } from "chai";
import { describeFault, foldFaults } from "../../../src/verify/faults.ts";
import { checkResult } from "../../lab/sample-check.ts";

const broken = (name: string, message = `${name} is closed`) => checkResult({ name, ok: false, message });
const told = (names: readonly string[], causes: Readonly<Record<string, string>>): readonly string[] =>
  foldFaults(
    names.map((name) => broken(name)),
    (name) => (causes[name] === undefined ? undefined : broken(causes[name])),
  ).map(describeFault);

describe("checks that fail", () => {
  it("are told by what they stand on, also when that is no check", () => {
    const unit = "unit/jitsi/prosody";
    expect(told(["websocket", "account-focus"], { websocket: unit, "account-focus": unit })).to.deep.equal([
      "unit/jitsi/prosody: unit/jitsi/prosody is closed; also: websocket, account-focus",
    ]);
  });

  it("are told by the one of them that explains the others", () => {
    expect(told(["turn-tcp", "turn-udp"], { "turn-tcp": "turn-udp" })).to.deep.equal([
      "turn-udp: turn-udp is closed; also: turn-tcp",
    ]);
  });

  it("of several causes come with what explains most first", () => {
    expect(told(["page", "bridge-1", "websocket"], { "bridge-1": "websocket" })).to.deep.equal([
      "websocket: websocket is closed; also: bridge-1",
      "page: page is closed",
    ]);
  });

  it("are named up to four, and counted beyond", () => {
    const names = ["a", "b", "c", "d", "e", "f"];
    expect(told(names, Object.fromEntries(names.map((name) => [name, "host"])))).to.deep.equal([
      "host: host is closed; also: a, b, c, d and 2 more",
    ]);
  });

  it("are told with the words of the verification, in one sentence however long", () => {
    const [fault] = foldFaults([broken("page", "long ".repeat(100))], () => undefined);
    expect(fault && describeFault(fault)).to.match(/^page: long .{180,200}…$/);
    const [own] = foldFaults([broken("udp", "now"), broken("tcp")], () => broken("udp", "before"));
    expect(own?.result.message).to.equal("now");
  });
});
