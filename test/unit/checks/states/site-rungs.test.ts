/** What a site's checks stand on, as its manifests say. */
import { expect } from "chai";
import { siteRungs } from "../../../../src/checks/states/site-rungs.ts";
import type { DesiredCheck } from "../../../../src/model/desired-state.ts";
import { container, state } from "../../../lab/sample-site.ts";

function check(name: string, change: Partial<DesiredCheck> = {}): DesiredCheck {
  return { name, kind: "http", spec: {}, ...change };
}

const unit = (name: string) => ({ name, disruption: "calls" as const });
const timer = { name: "certbot.timer", disruption: "none" } as const;
const site = state({
  containers: [
    container({ name: "consul", hostPart: 5 }),
    container({ name: "proxy", hostPart: 10, dependsOn: ["consul"], services: [unit("haproxy"), timer] }),
    container({
      name: "jitsi",
      hostPart: 20,
      dependsOn: ["proxy"],
      services: ["prosody", "nginx"].map(unit),
    }),
    container({ name: "bridge-1", hostPart: 21, dependsOn: ["jitsi"] }),
  ],
  checks: [
    check("page", { container: "jitsi" }),
    check("signaling", { container: "jitsi", dependsOn: ["page"] }),
    check("bridge-1", { kind: "bridge", container: "bridge-1" }),
    check("conference", { kind: "conference", dependsOn: ["signaling"] }),
    check("cloud"),
    check("elsewhere"),
    check("page-2", { container: "jitsi" }),
    check("lost", { container: "gone", dependsOn: ["gone"] }),
  ],
  consul: { address: "10.10.1.5", port: 8500, container: "consul" },
});

describe("what a site's checks stand on", () => {
  const graph = siteRungs(site);

  it("is their container, with what runs in it and what it waits for at its start; never Consul", () => {
    expect(graph.below("page")).to.deep.equal([
      "host/lxd",
      "container/jitsi",
      "container/proxy",
      "unit/jitsi/prosody",
      "unit/jitsi/nginx",
      "unit/proxy/haproxy",
      "unit/proxy/certbot.timer",
    ]);
    expect(graph.needed("page")).to.deep.equal(["container/jitsi"]);
  });

  it("is the checks they name, and all that those need", () => {
    expect(graph.needed("conference")).to.deep.equal(["container/jitsi", "page", "signaling"]);
    expect(graph.below("conference")).to.include("bridge-1");
    expect(graph.needed("conference")).not.to.include("bridge-1");
  });

  it("explains with what the kinds below its own find, and goes on asking", () => {
    const media = siteRungs({
      ...site,
      checks: [
        check("conference", { kind: "conference" }),
        check("bridge-1", { kind: "bridge", container: "bridge-1" }),
        check("turn-udp", { kind: "turn", container: "proxy" }),
        check("signaling", { kind: "xmpp", container: "jitsi" }),
        check("cloud", { kind: "http" }),
      ],
    });
    expect(media.rungs.get("conference")?.leansOn).to.have.members(["bridge-1", "turn-udp", "signaling"]);
    expect(media.rungs.get("bridge-1")?.leansOn).to.include.members(["turn-udp", "signaling"]);
    expect(media.rungs.get("bridge-1")?.leansOn).not.to.include.members(["conference"]);
    expect([media.needed("conference"), media.needed("bridge-1")]).to.deep.equal([
      [],
      ["container/bridge-1"],
    ]);
    expect(media.rungs.get("turn-udp")?.leansOn).to.deep.equal([
      "unit/proxy/haproxy",
      "unit/proxy/certbot.timer",
    ]);
  });

  it("is no unit of another container that no call goes through, for what people meet by", () => {
    const media = siteRungs({
      ...site,
      checks: [
        check("conference", { kind: "conference", container: "jitsi" }),
        check("signaling", { kind: "xmpp", container: "jitsi" }),
        check("certificate", { kind: "tls", container: "jitsi" }),
      ],
    });
    for (const name of ["conference", "signaling"]) {
      expect(media.below(name)).to.include("unit/proxy/haproxy");
      expect(media.below(name)).not.to.include("unit/proxy/certbot.timer");
    }
    expect(media.below("certificate")).to.include("unit/proxy/certbot.timer");
  });

  it("is nothing for a check of something elsewhere, and nothing that is not there", () => {
    expect(graph.below("cloud")).to.deep.equal([]);
    expect(graph.below("lost")).to.deep.equal([]);
  });

  it("includes its like: the first that asks the same container in the same way", () => {
    expect(graph.rungs.get("page-2")?.alike).to.deep.equal(["page", "signaling"]);
    expect(graph.rungs.get("page")?.alike).to.deep.equal([]);
    expect(graph.rungs.get("elsewhere")?.alike).to.deep.equal([]);
    expect(graph.above("page")).to.include("page-2");
  });

  it("is what they lean on, which never is the other way round, wherever it is written", () => {
    const leaning = siteRungs({
      ...site,
      checks: [
        check("first", { container: "jitsi", leansOn: ["second"] }),
        check("second", { container: "jitsi" }),
      ],
    });
    expect(leaning.rungs.get("first")).to.deep.include({ alike: ["second"] });
    expect(leaning.rungs.get("first")?.leansOn).to.include("second");
    expect(leaning.rungs.get("second")).to.deep.include({ alike: [] });
    expect(leaning.needed("first")).to.deep.equal(["container/jitsi"]);
  });

  it("is what lies below their kind on this site, unless that stands on them", () => {
    const relayed = siteRungs({
      ...site,
      checks: [
        check("bridge-1", { kind: "bridge", container: "bridge-1" }),
        check("turn", { kind: "turn", container: "proxy" }),
        check("turn-by-bridge", { kind: "turn", container: "proxy", leansOn: ["bridge-1"] }),
        check("turn-elsewhere", { kind: "turn" }),
      ],
    });
    expect(relayed.below("bridge-1")).to.include("turn");
    expect(relayed.below("bridge-1")).not.to.include.members(["turn-elsewhere"]);
    expect(relayed.below("bridge-1")).not.to.include("turn-by-bridge");
  });

  it("is known from below too", () => {
    expect(graph.above("container/proxy")).to.have.members([
      "unit/proxy/haproxy",
      "unit/proxy/certbot.timer",
      "page",
      "signaling",
      "bridge-1",
      "conference",
      "page-2",
    ]);
    expect(graph.above("conference")).to.deep.equal([]);
  });
});
