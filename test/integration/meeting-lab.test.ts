/** The meeting lab: a stranger can meet there, faults come and go, and nothing is left behind. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "chai";
import { runCheck } from "../../src/checks/registry.ts";
import type { DesiredCheck } from "../../src/model/desired-state.ts";
import type { FaultName } from "../lab/meeting-lab-faults.ts";
import { removeDeadLabs } from "../lab/meeting-lab-slot.ts";
import { type MeetingLab, startMeetingLab } from "../lab/meeting-lab.ts";
import { runProgram } from "../lab/programs.ts";

describe("the meeting lab", function () {
  this.timeout(30_000);
  let lab: MeetingLab;

  before(async () => {
    lab = await startMeetingLab({ bridges: 2 });
  });

  after(() => lab?.stop());

  /** What is not ok, as `NAME reason`. */
  async function findings(names?: readonly string[]): Promise<readonly string[]> {
    const context = lab.checkContext();
    const checks = lab.checks.filter(({ name }) => names?.includes(name) ?? true);
    const results = await Promise.all(checks.map((check) => runCheck(brief(check), context)));
    expect(results).to.have.length(names?.length ?? lab.checks.length);
    return results
      .filter(({ reason }) => reason !== "ok")
      .map(({ name, reason, message }) => `${name} ${reason}: ${message}`);
  }

  it("passes every check that is shipped, seen from outside", async () => {
    expect(lab.checks.map(({ name }) => name)).to.include.members([
      "page",
      "signaling",
      "signaling-guest",
      "turn-udp",
      "turn-tls-443",
      "bridge-1",
      "bridge-2",
    ]);
    expect(await findings(), lab.logs()).to.deep.equal([]);
  });

  it("has a stranger's address outside, and the host's towards the containers", async () => {
    const stun = { name: "stun", kind: "stun", intervalSeconds: 60 };
    const seen = async (address: string): Promise<string> =>
      (await runCheck({ ...stun, spec: { host: lab.turnDomain, address } }, lab.checkContext())).message;
    expect(await seen(lab.addresses.public)).to.include(lab.addresses.outside);
    expect(await seen(lab.addresses.turn)).to.include(lab.addresses.gateway);
  });

  /** A check that must fail with the fault, and one that the fault does not touch. Which reason is the checks' matter. */
  const faults: readonly (readonly [FaultName, string, string])[] = [
    ["media-port-dropped", "bridge-1", "turn-udp"],
    ["media-port-refused", "bridge-2", "turn-udp"],
    ["turn-secret", "turn-tcp", "turn-stun"],
    ["turn-clock-ahead", "turn-udp", "turn-certificate"],
    ["turn-certificate-expired", "turn-tls", "turn-tcp"],
    ["turn-tls-dropped", "turn-tls", "turn-tls-443"],
    ["websocket-not-proxied", "signaling", "page"],
    ["guest-host-missing", "signaling-guest", "signaling"],
    ["page-certificate-not-loaded", "proxy-certificate", "page"],
  ];
  it("has faults that show, one at a time, and is whole again after each", async () => {
    for (const [fault, broken, untouched] of faults) {
      await lab.fault(fault);
      // None of them is of the bridges, which have found their way back then.
      await lab.untilChoosable(2);
      const found = await findings([broken, untouched]);
      expect(
        found.map((line) => line.split(" ")[0]),
        fault,
      ).to.deep.equal([broken]);
      await lab.mend();
    }
    expect(await findings(), lab.logs()).to.deep.equal([]);
  });

  it("stands beside another one, and leaves nothing behind", async () => {
    const other = await startMeetingLab();
    expect(other.addresses.public).not.to.equal(lab.addresses.public);
    const shared = other.checkContext();
    const page = other.checks.find(({ name }) => name === "page");
    if (page === undefined) throw new Error("no check of the page");
    expect(await runCheck(page, shared)).to.include({ reason: "ok" });
    const processes = await processesIn(other.namespace);
    await other.stop();
    await expectGone(other.namespace, other.addresses.public, processes);
  });

  it("is removed by the next run when its own was killed", async () => {
    const source = join(import.meta.dirname, "../lab/meeting-lab.ts");
    const script = `const lab = await (await import(${JSON.stringify(source)})).startMeetingLab();
      console.log(lab.namespace, lab.addresses.public); setInterval(() => {}, 1000);`;
    const child = spawn(process.execPath, ["--input-type=module", "-e", script]);
    const [said] = await once(child.stdout, "data");
    const [namespace = "", address = ""] = String(said).trim().split(" ");
    const processes = await processesIn(namespace);
    child.kill("SIGKILL");
    await once(child, "exit");
    await removeDeadLabs();
    await expectGone(namespace, address, processes);
    expect(existsSync(`/run/netns/${lab.namespace}`)).to.equal(true);
  });

  /** What the shipped check asks, with less patience than it has. */
  function brief(check: DesiredCheck): DesiredCheck {
    const media: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
      bridge: { hold: "100ms", timeout: "10s" },
      conference: { packets: 20, paths: ["direct"], timeout: "10s" },
    };
    return { ...check, spec: { ...check.spec, ...(media[check.kind] ?? { timeout: "5s" }) } };
  }

  async function processesIn(namespace: string): Promise<readonly number[]> {
    const { stdout } = await runProgram(["ip", "netns", "pids", namespace]);
    const pids = stdout.trim().split("\n").map(Number);
    expect(pids.length).to.be.greaterThan(6);
    return pids;
  }

  async function expectGone(namespace: string, address: string, processes: readonly number[]): Promise<void> {
    expect(namespace).to.match(/^convene-meeting-\d+$/u);
    expect(existsSync(`/run/netns/${namespace}`)).to.equal(false);
    const { stdout } = await runProgram(["ip", "route", "show", `${address}/32`]);
    expect(stdout).to.equal("");
    const number = namespace.replace("convene-meeting-", "");
    expect(existsSync(`/run/convene-meeting/${number}`)).to.equal(false);
    for (const pid of processes) {
      // Empty for one that ended and whose new parent has not looked yet.
      const commandLine = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "");
      expect(commandLine, `process ${pid}`).to.equal("");
    }
  }
});
