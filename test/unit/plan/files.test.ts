/** What has to be written inside a container, and what its services notice of it. */
import { expect } from "chai";
import type { DesiredFile } from "../../../src/model/desired-state.ts";
import type { ActualContainer, ContainerSweep } from "../../../src/observe/actual-state.ts";
import { planFiles } from "../../../src/plan/files.ts";
import { foundContainer } from "../../lab/sample-actual.ts";
import { type SampleFile, container, file } from "../../lab/sample-site.ts";

const HAPROXY: SampleFile = {
  path: "/etc/haproxy.cfg",
  content: "frontend\nserver a\n",
  onChange: { kind: "reload", unit: "haproxy" },
  mask: /^server.*$/gmu,
};
const TURN: SampleFile = {
  path: "/etc/turn.conf",
  content: "x",
  onChange: { kind: "restart", unit: "coturn" },
};

const proxy = (files: readonly DesiredFile[]) =>
  container({
    name: "proxy",
    hostPart: 10,
    files,
    services: [
      { name: "haproxy", disruption: "reload" },
      { name: "coturn", disruption: "calls" },
    ],
  });

interface Found {
  readonly recorded?: readonly DesiredFile[];
  readonly configured?: boolean;
  readonly sweep?: ContainerSweep;
}

function found({ recorded = [], configured = true, sweep }: Found): ActualContainer {
  return foundContainer(proxy(recorded), { record: { configured }, ...(sweep ? { sweep } : {}) });
}

function swept(files: readonly DesiredFile[], stoppedUnits: readonly string[] = []): ContainerSweep {
  return { files: Object.fromEntries(files.map((one) => [one.path, one.digest])), stoppedUnits };
}

interface Options {
  readonly replaced?: boolean;
  readonly keysKnown?: boolean;
}

function plan(
  files: readonly DesiredFile[],
  actual: Found,
  { replaced = false, keysKnown = true }: Options = {},
) {
  const [action] = planFiles(proxy(files), found(actual), { replaced, keysKnown, dependsOn: [] });
  if (action && action.kind !== "apply-files") throw new Error(`planned ${action.kind}`);
  return action;
}

const effects = (action: ReturnType<typeof plan>) =>
  action?.writes.map((write) => `${write.effect} ${write.file.path}`) ?? [];

describe("files of a container", () => {
  const haproxy = file(HAPROXY);
  const turn = file(TURN);

  it("need nothing when the record says they are written, or the sweep has seen them", () => {
    expect(plan([haproxy], { recorded: [haproxy] })).to.equal(undefined);
    expect(plan([haproxy], { recorded: [haproxy], sweep: swept([haproxy]) })).to.equal(undefined);
  });

  it("are all written into a fresh one, whose units then start, without disturbing anybody", () => {
    for (const [actual, options] of [
      [{ configured: false }, {}],
      [{ recorded: [haproxy, turn] }, { replaced: true }],
    ] as const) {
      const action = plan([haproxy, turn], actual, options);
      expect(effects(action)).to.deep.equal(["full /etc/haproxy.cfg", "full /etc/turn.conf"]);
      expect(action).to.deep.include({ cause: "new", disruption: "none", startUnits: ["haproxy", "coturn"] });
    }
  });

  it("are taken over live when only what the service takes over live differs", () => {
    const next = file({ ...HAPROXY, content: "frontend\nserver b\n" });
    const action = plan([next], { recorded: [haproxy] });
    expect(effects(action)).to.deep.equal(["live /etc/haproxy.cfg"]);
    expect(action).to.deep.include({ cause: "changed", disruption: "none" });
    expect(action?.changes[0]?.after).to.equal("taken over live");
  });

  it("reload the service when their structure differs", () => {
    const action = plan([file({ ...HAPROXY, content: "frontend other\nserver b\n" })], {
      recorded: [haproxy],
    });
    expect(effects(action)).to.deep.equal(["full /etc/haproxy.cfg"]);
    expect(action).to.deep.include({ cause: "changed", disruption: "reload" });
  });

  it("reload the service when only the mode differs", () => {
    expect(effects(plan([file({ ...HAPROXY, mode: "0600" })], { recorded: [haproxy] }))).to.deep.equal([
      "full /etc/haproxy.cfg",
    ]);
  });

  it("count with the worst that their reactions do to calls", () => {
    const action = plan([file({ ...HAPROXY, content: "other" }), file({ ...TURN, content: "y" })], {
      recorded: [haproxy, turn],
    });
    expect(action?.disruption).to.equal("calls");
  });

  it("edited by hand are drift, and never trusted to be live", () => {
    const edited = file({ ...HAPROXY, content: "frontend\nserver by-hand\n" });
    const action = plan([haproxy], { recorded: [haproxy], sweep: swept([edited]) });
    expect(effects(action)).to.deep.equal(["full /etc/haproxy.cfg"]);
    expect(action).to.deep.include({ cause: "drift", disruption: "reload" });
    expect(action?.changes[0]?.before).to.equal("edited by hand");

    const both = plan([file({ ...HAPROXY, content: "frontend\nserver c\n" })], {
      recorded: [haproxy],
      sweep: swept([edited]),
    });
    expect(effects(both)).to.deep.equal(["full /etc/haproxy.cfg"]);
    expect(both?.cause).to.equal("changed");
  });

  it("that are gone inside are written again", () => {
    expect(effects(plan([haproxy], { recorded: [haproxy], sweep: swept([]) }))).to.deep.equal([
      "full /etc/haproxy.cfg",
    ]);
  });

  it("that somebody put there with our content are taken on record", () => {
    expect(effects(plan([haproxy], { recorded: [], sweep: swept([haproxy]) }))).to.deep.equal([
      "full /etc/haproxy.cfg",
    ]);
  });

  it("written earlier and not wanted any more are removed, also when that was cut short", () => {
    for (const configured of [true, false])
      expect(plan([haproxy], { recorded: [haproxy, turn], configured })?.removals).to.deep.equal([
        "/etc/turn.conf",
      ]);
    expect(plan([haproxy], { recorded: [turn] }, { replaced: true })?.removals).to.deep.equal([]);
  });

  it("start a unit that should run and does not, as drift", () => {
    const action = plan([haproxy], { recorded: [haproxy], sweep: swept([haproxy], ["coturn", "other"]) });
    expect(action).to.deep.include({
      cause: "drift",
      startUnits: ["coturn"],
      writes: [],
      disruption: "none",
    });
    expect(action?.reason).to.contain("coturn");
  });

  it("of a container without any still start its units, once", () => {
    expect(plan([], { configured: false })?.startUnits).to.deep.equal(["haproxy", "coturn"]);
    expect(plan([], {})).to.equal(undefined);
  });

  describe("rendered from keys that cannot be read", () => {
    const rendered = { ...HAPROXY, content: "frontend\nserver x\n", usesEffectiveKv: true };
    it("stay as they are", () => {
      expect(plan([file({ ...rendered, deferred: true })], { recorded: [haproxy] })).to.equal(undefined);
      const drifted = { recorded: [haproxy], sweep: swept([]) };
      expect(plan([file({ ...rendered, deferred: true })], drifted)).to.equal(undefined);
    });

    it("stay although they could be rendered, when Consul's container was deleted and its data waits on a volume", () => {
      expect(plan([file(rendered)], { recorded: [haproxy] }, { keysKnown: false })).to.equal(undefined);
      expect(effects(plan([file(rendered)], { recorded: [haproxy] }))).to.have.length(1);
    });

    it("keep no other file from being written", () => {
      const files = [file({ ...rendered, deferred: true }), file({ ...TURN, content: "y" })];
      expect(effects(plan(files, { recorded: [haproxy, turn] }, { keysKnown: false }))).to.deep.equal([
        "full /etc/turn.conf",
      ]);
    });

    it("are written into a site that is only coming up", () => {
      const action = plan([file(rendered)], { configured: false }, { keysKnown: false });
      expect(effects(action)).to.deep.equal(["full /etc/haproxy.cfg"]);
    });
  });
});
