/** Which containers an action can disturb. */
import { expect } from "chai";
import type { Action } from "../../../src/plan/action.ts";
import { touchedBy } from "../../../src/verify/touched.ts";
import { container, state } from "../../lab/sample-site.ts";

const BASE = {
  id: "x",
  subject: "x",
  cause: "changed",
  reason: "",
  changes: [],
  disruption: "none",
  dependsOn: [],
} as const;
const proxy = container({ name: "proxy", hostPart: 10 });
const turn = container({ name: "turn", hostPart: 15, volumes: ["certificates"] });
const site = state({
  containers: [container({ name: "consul", hostPart: 5 }), proxy, turn],
  consul: { address: "10.10.1.5", port: 8500, container: "consul" },
});
const touched = (action: Action) => touchedBy(action, site);

describe("an action", () => {
  it("touches the container it is about", () => {
    expect(touched({ ...BASE, kind: "start-container", container: turn })).to.deep.equal(["turn"]);
    expect(touched({ ...BASE, kind: "swap-container", container: turn })).to.deep.equal(["turn"]);
    expect(touched({ ...BASE, kind: "delete-container", name: "old" })).to.deep.equal(["old"]);
  });

  it("touches nothing while it prepares a replacement", () => {
    expect(touched({ ...BASE, kind: "create-container", container: turn, as: "next" })).to.deep.equal([]);
    expect(touched({ ...BASE, kind: "delete-image", alias: "a", fingerprint: "f" })).to.deep.equal([]);
  });

  it("on a certificate touches who orders it and who serves it", () => {
    const certificate = {
      domain: "turn.test",
      email: "",
      directory: "",
      container: "proxy",
      endpoints: [
        { address: proxy.address.ipv4, port: 443 },
        { address: turn.address.ipv4, port: 5349 },
      ],
    };
    const action = { ...BASE, kind: "issue-certificate", certificate } as const;
    expect(new Set(touched(action))).to.deep.equal(new Set(["proxy", "turn"]));
  });

  it("on keys and services touches Consul; who renders files from them has actions of its own", () => {
    expect(touched({ ...BASE, kind: "write-kv", puts: [], deletes: [], releases: [] })).to.deep.equal([
      "consul",
    ]);
    expect(
      touchedBy({ ...BASE, kind: "set-up-acl" }, { ...site, consul: { address: "192.0.2.1", port: 1 } }),
    ).to.deep.equal([]);
  });

  it("on a volume touches who has it", () => {
    const volume = { name: "certificates", pool: "convene", config: {} };
    expect(touched({ ...BASE, kind: "update-volume", volume })).to.deep.equal(["turn"]);
  });
});
