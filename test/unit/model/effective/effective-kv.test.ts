import { expect } from "chai";
import { Secret } from "../../../../src/system/secret.ts";
import { effectiveKv, keysBelow } from "../../../../src/model/effective/effective-kv.ts";

describe("effective keys", () => {
  it("hold foreign keys and ours, each marked with whose it is", () => {
    const { keys, findings } = effectiveKv(new Map([["a", "1"]]), [{ key: "b", value: "2" }]);
    expect(keys.get("a")).to.deep.equal({ value: "1", own: false });
    expect(keys.get("b")).to.deep.equal({ value: "2", own: true });
    expect(findings).to.deep.equal([]);
  });

  it("let our value win over a foreign one and say so", () => {
    const { keys, findings } = effectiveKv(new Map([["service/coturn/min-port", "1"]]), [
      { key: "service/coturn/min-port", value: "50000" },
    ]);
    expect(keys.get("service/coturn/min-port")).to.deep.equal({ value: "50000", own: true });
    expect(findings).to.have.length(1);
    expect(findings[0]).to.include({ reason: "ForeignKeyRejected", subject: "kv service/coturn/min-port" });
    expect(findings[0]?.hint).to.contain("consul kv delete");
  });

  it("say nothing when a foreign key has our value already", () => {
    expect(effectiveKv(new Map([["a", "1"]]), [{ key: "a", value: "1" }]).findings).to.deep.equal([]);
  });

  it("never hold a secret, nor what others wrote in its place", () => {
    const { keys } = effectiveKv(new Map([["s", "guess"]]), [{ key: "s", value: new Secret("real") }]);
    expect(keys.has("s")).to.equal(false);
  });

  it("are listed below a prefix in order, without folder entries", () => {
    const effective = effectiveKv(
      new Map([
        ["p/b", "2"],
        ["p/", ""],
        ["p/a", "1"],
        ["q/a", "3"],
      ]),
      [],
    );
    expect(keysBelow(effective, "p/").map(([name]) => name)).to.deep.equal(["a", "b"]);
  });
});
