/** What each container needs, by what is found of it. */
import { expect } from "chai";
import { LXD_STATUS } from "../../../src/lxd/status-codes.ts";
import type { DesiredState } from "../../../src/model/desired-state.ts";
import type { ActualContainer, ActualState } from "../../../src/observe/actual-state.ts";
import type { Plan } from "../../../src/plan/action.ts";
import { makePlan } from "../../../src/plan/plan.ts";
import { type Found, foundContainer, sampleActual } from "../../lab/sample-actual.ts";
import { NO_PLAN_OPTIONS, container, file, imageAlias, state } from "../../lab/sample-site.ts";

const { running: RUNNING, stopped: STOPPED } = LXD_STATUS;
const turn = container({
  name: "turn",
  hostPart: 15,
  image: "2",
  disruption: "calls",
  volumes: ["data"],
  ports: ["udp:3478"],
});
const desired = state({ containers: [turn], consul: { address: "10.0.0.1", port: 8500 } });
const { root = {} } = turn.devices;

const foundTurn = (changes: Found = {}) => foundContainer(turn, changes);

function host(containers: readonly ActualContainer[], changes: Partial<ActualState>): ActualState {
  const images = ["1", "2"].map((version) => ({
    alias: imageAlias("turn", version),
    fingerprint: version,
    owned: false,
  }));
  const volumes = [{ name: "data", pool: "convene", config: {}, owned: true, usedBy: [] }];
  return sampleActual({ images, volumes, containers, ...changes });
}

function plan(
  containers: readonly ActualContainer[],
  changes: Partial<ActualState> = {},
  wanted: DesiredState = desired,
): Plan {
  return makePlan(wanted, host(containers, changes), NO_PLAN_OPTIONS);
}

const older: Found = { baseImage: "1", record: { image: imageAlias("turn", "1") } };
const next = (changes: Found = {}) =>
  foundTurn({
    statusCode: STOPPED,
    devices: { root },
    ...changes,
    name: "turn-next",
    record: { role: "next", configured: false, files: {}, ...changes.record },
  });
const old = (changes: Found = {}) =>
  foundTurn({
    statusCode: STOPPED,
    devices: { root },
    ...changes,
    name: "turn-old",
    record: { ...older.record, role: "old", ...changes.record },
  });

const SWAP = ["swap container/turn", "files turn", "delete container/turn-old"];
const REPLACE = ["prepare container/turn", ...SWAP];

interface Case {
  readonly what: string;
  readonly found: readonly ActualContainer[];
  readonly planned: readonly string[];
  readonly cause?: string;
}

const CASES: readonly Case[] = [
  { what: "nothing is there", found: [], planned: ["create container/turn", "files turn"], cause: "new" },
  { what: "all is as it should be", found: [foundTurn()], planned: [] },
  {
    what: "it was stopped",
    found: [foundTurn({ statusCode: STOPPED })],
    planned: ["start container/turn"],
    cause: "drift",
  },
  {
    what: "it is frozen",
    found: [foundTurn({ statusCode: LXD_STATUS.frozen })],
    planned: ["start container/turn"],
    cause: "drift",
  },
  {
    what: "its creation was cut short",
    found: [foundTurn({ statusCode: STOPPED, neverStarted: true, record: { configured: false, files: {} } })],
    planned: ["delete container/turn", "create container/turn", "files turn"],
    cause: "interrupted",
  },
  {
    what: "its files were never written",
    found: [foundTurn({ record: { configured: false, files: {} } })],
    planned: ["files turn"],
    cause: "new",
  },
  { what: "it is of another image", found: [foundTurn(older)], planned: REPLACE, cause: "replaced" },
  {
    what: "the replacement is prepared",
    found: [foundTurn(older), next()],
    planned: SWAP,
    cause: "interrupted",
  },
  {
    what: "the replacement was not proven to start",
    found: [foundTurn(older), next({ statusCode: RUNNING, record: { image: "" } })],
    planned: ["delete container/turn-next", ...REPLACE],
    cause: "interrupted",
  },
  {
    what: "the replacement is of yet another image",
    found: [foundTurn(older), next({ record: { image: imageAlias("turn", "3") } })],
    planned: ["delete container/turn-next", ...REPLACE],
  },
  {
    what: "the old one was stripped and not renamed",
    found: [
      foundTurn({
        ...older,
        statusCode: STOPPED,
        devices: { root },
        record: { ...older.record, role: "old" },
      }),
      next(),
    ],
    planned: SWAP,
  },
  { what: "the old one was renamed", found: [old(), next()], planned: SWAP, cause: "interrupted" },
  {
    what: "the new one has its role and not yet its name",
    found: [old(), next({ devices: turn.devices, record: { role: "active" } })],
    planned: SWAP,
  },
  {
    what: "the new one has its name and was not started",
    found: [old(), foundTurn({ statusCode: STOPPED, record: { configured: false, files: {} } })],
    planned: ["start container/turn", "files turn", "delete container/turn-old"],
  },
  {
    what: "the old one is still there",
    found: [old(), foundTurn()],
    planned: ["delete container/turn-old"],
    cause: "replaced",
  },
  {
    what: "a replacement was prepared that is not wanted any more",
    found: [foundTurn(), next({ record: { image: imageAlias("turn", "1") } })],
    planned: ["delete container/turn-next"],
    cause: "interrupted",
  },
  {
    what: "the way back is taken after the old one was stripped",
    found: [
      foundTurn({ statusCode: STOPPED, devices: { root }, record: { role: "old" } }),
      next({ record: { image: imageAlias("turn", "3") } }),
    ],
    planned: ["delete container/turn-next", "update container/turn", "start container/turn"],
  },
];

describe("a container of which", () => {
  for (const { what, planned, cause, ...one } of CASES) {
    it(what, () => {
      const { actions, blocked } = plan(one.found);
      expect(actions.map((action) => action.id).toSorted()).to.deep.equal(planned.toSorted());
      expect(blocked).to.deep.equal([]);
      if (cause !== undefined) expect(actions[0]?.cause).to.equal(cause);
    });
  }

  it("the state cannot be read is left alone", () => {
    const { actions, blocked } = plan([foundTurn({ statusCode: LXD_STATUS.error })]);
    expect([actions, blocked.map((one) => one.reason)]).to.deep.equal([[], ["ContainerUnreadable"]]);
  });

  for (const foreign of ["turn", "turn-next", "turn-old"]) {
    it(`a namesake ${foreign} is somebody else's is not touched, nor anything in it`, () => {
      const { actions, blocked } = plan([foundTurn({ name: foreign, owned: false })]);
      expect(actions).to.deep.equal([]);
      expect(blocked.map((one) => one.reason)).to.deep.equal(["UnownedObject"]);
      expect(blocked[0]?.hint).to.match(/user.convene.owner=convene --project sample$/);
    });
  }

  for (const [when, before] of [
    ["is new", []],
    ["is there", [foundTurn({ devices: { root } })]],
    ["is replaced", [foundTurn(older), next()]],
  ] as const) {
    it(`a volume is somebody else's does not get it when it ${when}`, () => {
      const volumes = [{ name: "data", pool: "convene", config: {}, owned: false, usedBy: [] }];
      const { actions, blocked } = plan(before, { volumes });
      expect(actions.filter((one) => one.kind !== "apply-files")).to.deep.equal([]);
      expect(blocked.map((one) => one.hint).join()).to.match(/volume set convene data \S+ --project sample$/);
    });
  }

  it("the address differs is restarted, which may end calls; of which a limit differs is not", () => {
    const elsewhere = { ...turn.devices, eth0: { ...turn.devices["eth0"], "ipv4.address": "10.10.1.99" } };
    const [moved] = plan([foundTurn({ devices: elsewhere })]).actions;
    expect(moved).to.deep.include({ kind: "update-container", restart: true, disruption: "calls" });
    const [limited] = plan([foundTurn({ config: { ...turn.config, "limits.cpu": "1" } })]).actions;
    expect(limited).to.deep.include({ kind: "update-container", restart: false, disruption: "none" });
    expect([moved?.cause, limited?.cause]).to.deep.equal(["drift", "drift"]);
    expect(limited?.changes).to.deep.equal([{ field: "config limits.cpu", before: "1" }]);
  });

  it("the manifest changed is told from one that somebody changed", () => {
    const record = { spec: "what it was given before" };
    const [changed] = plan([foundTurn({ record, config: {} })]).actions;
    expect([changed?.cause, changed?.reason]).to.deep.equal([
      "changed",
      "its configuration differs from the manifest",
    ]);
  });

  it("people in calls are counted elsewhere now gets to know where", () => {
    const conferences = { url: "http://10.10.1.15:9090/stats" };
    const wanted = { ...desired, containers: [{ ...turn, conferences }] };
    const [update] = plan([foundTurn()], {}, wanted).actions;
    expect(update).to.deep.include({ kind: "update-container", restart: false, disruption: "none" });
    expect(update?.changes).to.deep.equal([{ field: "record conferences", after: conferences.url }]);
    const [back] = plan([foundTurn({ record: { conferences: "http://x/" } })]).actions;
    expect(back?.changes).to.deep.equal([{ field: "record conferences", before: "http://x/" }]);
  });

  it("values are only spelled differently needs nothing", () => {
    const [name = "", proxy = {}] =
      Object.entries(turn.devices).find(([key]) => key.startsWith("public")) ?? [];
    const devices = { ...turn.devices, [name]: { ...proxy, nat: "yes" } };
    expect(plan([foundTurn({ devices, config: { "boot.autostart": "1" } })]).actions).to.deep.equal([]);
  });

  it("the image and the volume are missing waits for both", () => {
    const [create] = plan([], { images: [], volumes: [] }).actions.filter(
      (one) => one.kind === "create-container",
    );
    expect(create?.dependsOn.toSorted()).to.deep.equal(["build image/convene-turn-2", "create volume/data"]);
  });

  it("the manifest adds a volume waits for that, to be updated and to be swapped in", () => {
    const volumes: ActualState["volumes"] = [];
    const [update] = plan([foundTurn({ devices: { root } })], { volumes }).actions.filter(
      (one) => one.kind === "update-container",
    );
    expect(update?.dependsOn).to.deep.equal(["create volume/data"]);
    for (const before of [[foundTurn(older)], [foundTurn(older), next()], [old(), next()]]) {
      const swap = plan(before, { volumes }).actions.find((one) => one.kind === "swap-container");
      expect(swap?.dependsOn).to.include("create volume/data");
    }
  });

  describe("files are rendered from keys", () => {
    const proxy = {
      ...turn,
      files: [file({ path: "/etc/haproxy.cfg", content: "x", usesEffectiveKv: true, deferred: true })],
    };
    const wanted = { ...desired, containers: [proxy] };
    const unreachable = { consul: { state: "unreachable", reason: "no answer" } } as const;

    it("is not replaced while Consul does not tell them, only started", () => {
      expect(plan([foundTurn(older)], unreachable, wanted).actions).to.deep.equal([]);
      const stopped = plan([foundTurn({ ...older, statusCode: STOPPED })], unreachable, wanted);
      expect(stopped.actions.map((one) => one.id)).to.deep.equal(["start container/turn"]);
      expect(stopped.blocked.map((one) => one.reason)).to.deep.equal(["ConsulUnreachable"]);
    });

    it("is brought to the end of a replacement all the same", () => {
      const half = foundTurn({
        ...older,
        statusCode: STOPPED,
        devices: { root },
        record: { ...older.record, role: "old" },
      });
      expect(plan([half, next()], unreachable, wanted).actions.map((one) => one.id)).to.include(
        "swap container/turn",
      );
    });
  });

  it("the address is still another one's on its way out comes after that", () => {
    const wiki = container({ name: "wiki", hostPart: 15 });
    const { actions } = plan([foundContainer(wiki)]);
    const create = actions.find((one) => one.kind === "create-container");
    expect(create?.dependsOn).to.include("delete container/wiki");
  });
});

describe("a container nobody wants any more", () => {
  it("is removed in all its forms, which asks for the calls of a running one", () => {
    const none = { ...desired, containers: [] };
    const { actions } = plan([foundTurn(), next()], {}, none);
    const removals = actions.filter((one) => one.kind === "delete-container");
    expect(removals.map((one) => [one.id, one.disruption])).to.deep.equal([
      ["delete container/turn", "calls"],
      ["delete container/turn-next", "none"],
    ]);
  });
});
