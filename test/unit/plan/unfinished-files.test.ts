/** Whatever became of the reaction to a file: in the end the service runs with what git says. */
import { expect } from "chai";
import type { Lxd } from "../../../src/lxd/lxd.ts";
import { type FakeHost, Killed, createFakeHost } from "../../lab/fake-host.ts";
import { type Build, converge, passSample, planSample } from "../../lab/sample-pass.ts";
import { SAMPLE_HOST, container, file, sampleSite } from "../../lab/sample-site.ts";

const PATH = "/etc/wiki.conf";
const LIVE = /^server.*$/gmu;

/** A site whose wiki has one file with this content; `server` lines are taken over live. */
function withFile(content: string | undefined): Build {
  const onChange = { kind: "reload", unit: "wiki" } as const;
  const files = content === undefined ? [] : [file({ path: PATH, content, mask: LIVE, onChange })];
  return (foreign) => sampleSite({ more: [container({ name: "wiki", hostPart: 40, files })] }, foreign);
}

const FIRST = "frontend 1\nserver a\n";
const OTHER = "frontend 2\nserver a\n";
const MOVED = "frontend 1\nserver b\n";

describe("a file whose service has not taken it over", () => {
  let host: FakeHost;
  /** What the service has read. */
  let loaded: { structure: string; live: string };

  /** The host, with a service that reads its file when it is told to. */
  async function start(): Promise<void> {
    const fake = createFakeHost(SAMPLE_HOST);
    loaded = { structure: "", live: "" };
    const read = (command: readonly string[]) => {
      const content = fake.inside.instances.get("wiki")?.guest.files.get(PATH)?.content ?? "";
      if (command[3] !== "units" && command[0] !== "take-over-live") return;
      loaded.live = content.match(LIVE)?.join("\n") ?? "";
      if (command[3] === "units") loaded.structure = content.replaceAll(LIVE, "");
    };
    const exec: Lxd["exec"] = async (request) => {
      try {
        const result = await fake.lxd.exec(request);
        if (result.exitCode === 0 && request.instance === "wiki") read(request.command);
        return result;
      } catch (error) {
        if (error instanceof Killed && fake.calls.length === killedAt + 1 && request.instance === "wiki")
          read(request.command);
        throw error;
      }
    };
    const lxd = new Proxy(fake.lxd, {
      get: (target, property, receiver): unknown =>
        property === "exec" ? exec : Reflect.get(target, property, receiver),
    });
    host = { ...fake, lxd };
    await converge(host, withFile(FIRST));
    host.revive();
  }
  let killedAt = Number.NaN;

  beforeEach(start);

  const guest = () => host.inside.instances.get("wiki")?.guest;
  const expectLoaded = (content: string, where = "") => {
    expect(guest()?.files.get(PATH)?.content, where).to.equal(content);
    const live = content.match(LIVE)?.join("\n");
    expect(loaded, where).to.deep.equal({ structure: content.replaceAll(LIVE, ""), live });
  };

  it("is written and told again when git goes back after a failed reload", async () => {
    guest()?.broken.add("wiki");
    const { outcomes } = await passSample(host, withFile(OTHER));
    expect(outcomes.find((one) => one.action.id === "files wiki")?.result).to.equal("failed");
    guest()?.broken.clear();
    const plan = await planSample(host, withFile(FIRST));
    const action = plan.actions.find((one) => one.id === "files wiki");
    expect(action).to.include({ cause: "interrupted", disruption: "reload" });
    expect(action?.reason).to.contain("not finished");
    await passSample(host, withFile(FIRST));
    expectLoaded(FIRST);
    expect((await planSample(host, withFile(FIRST))).actions).to.deep.equal([]);
  });

  it("is forgotten by the service too when it was new and git takes it away again", async () => {
    const withMore: Build = (foreign) => {
      const onChange = { kind: "restart", unit: "wiki" } as const;
      const site = withFile(FIRST)(foreign);
      const more = file({ path: "/etc/wiki.more", content: "more", onChange });
      const containers = site.containers.map((one) =>
        one.name === "wiki" ? { ...one, files: [...one.files, more] } : one,
      );
      return { ...site, containers };
    };
    host.failOnce(/^lxd.exec wiki sh -c\s+verb=/, new Killed("in the middle of the restart"));
    await passSample(host, withMore);
    const action = (await planSample(host, withFile(FIRST))).actions.find((one) => one.id === "files wiki");
    expect(action).to.deep.include({
      removals: ["/etc/wiki.more"],
      startUnits: ["wiki"],
      disruption: "reload",
    });
    await passSample(host, withFile(FIRST));
    expect(guest()?.log.at(-1)).to.equal("restart wiki");
    expect(guest()?.files.has("/etc/wiki.more")).to.equal(false);
    expect((await planSample(host, withFile(FIRST))).actions).to.deep.equal([]);
  });

  for (const [what, next] of [
    ["goes on", OTHER],
    ["goes back", FIRST],
    ["changes only what is taken over live", MOVED],
  ] as const) {
    it(`is what the service runs with, killed before or after any call, when git then ${what}`, async () => {
      await passSample(host, withFile(OTHER));
      const calls = host.calls.length;
      expect(calls).to.be.greaterThan(5);
      for (let call = 0; call < calls; call += 1) {
        for (const when of ["before", "after"] as const) {
          await start();
          killedAt = when === "after" ? call : Number.NaN;
          host.killAt(call, when);
          await passSample(host, withFile(OTHER)).catch(() => undefined);
          const where = `killed ${when} call ${call}, ${host.calls.at(-1) ?? ""}`;
          host.revive();
          killedAt = Number.NaN;
          await converge(host, withFile(next));
          expectLoaded(next, where);
        }
      }
    });
  }
});
