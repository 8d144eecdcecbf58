/**
 * A Debian 12 host in a container, as an operator has it: installed from the package with Debian's own nodejs and npm,
 * started by systemd, pushed to over ssh, its containers inside the container, restarted, killed, upgraded, removed.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { z } from "zod";
import { statusAnswer } from "../../src/control/answers.ts";
import { systemClock } from "../../src/system/clock.ts";
import { pollUntil } from "../../src/system/retry.ts";
import { handOverNpmSettings, installConvene, packConvene } from "../lab/convene-package.ts";
import { provideHostImage } from "../lab/nested-host-image.ts";
import { createNestedLab, type NestedHost, type NestedLab } from "../lab/nested-lab.ts";
import { createOperator, nestedSite, type Operator, writeNestedSettings } from "../lab/nested-site.ts";
import { TEST_CACHE } from "./harness.ts";

const MINUTE = 60_000;
const FIRST = "0.1.0-first";
const SECOND = "0.1.0-second";
/** Longer than the unit's 5 s between an end and the next start. */
const RESTART_MS = 30_000;

const containersSchema = z.array(z.object({ name: z.string(), state: z.object({ pid: z.number() }) }));

describe("a host of its own, with systemd", function () {
  this.timeout(3 * MINUTE);
  let folder: string;
  let lab: NestedLab;
  let host: NestedHost;
  let operator: Operator;

  before(async function () {
    this.timeout(10 * MINUTE);
    folder = await mkdtemp(join(tmpdir(), "convene-package-"));
    lab = await createNestedLab({ name: "it-systemd", subnet: 41 });
    const image = await provideHostImage(lab, TEST_CACHE);
    host = await lab.launch("host", image, 10);
    operator = await createOperator(await lab.launch("operator", image, 20), host);
    await handOverNpmSettings(host);
  });
  after(async () => {
    await lab.remove();
    await rm(folder, { recursive: true });
  });

  /** The unit's properties by name. */
  const unit = async (...names: readonly string[]): Promise<Readonly<Record<string, string>>> => {
    const shown = await host.run(`systemctl show convene.service --property=${names.join(",")}`);
    return Object.fromEntries(
      shown
        .trim()
        .split("\n")
        .map((line) => [...line.split(/=(.*)/s)].slice(0, 2)),
    );
  };
  const number = async (property: string): Promise<number> => Number((await unit(property))[property]);
  const eventually = async (what: string, probe: () => Promise<boolean>, timeoutMs = RESTART_MS) => {
    const found = await pollUntil(async () => ((await probe()) ? true : undefined), {
      clock: systemClock,
      intervalMs: 500,
      timeoutMs,
    });
    expect(found, what).to.equal(true);
  };
  const isReady = async (): Promise<boolean> => {
    const { exitCode, output } = await host.attempt("convene status --json");
    if (exitCode === 1) return false;
    const { conditions } = statusAnswer.parse(JSON.parse(output));
    return conditions.some(({ type, status }) => type === "Ready" && status === "True");
  };
  /** Process ids of the nested containers: the same ones mean that nothing was restarted. */
  const containers = async (): Promise<Readonly<Record<string, number>>> => {
    const answer = await host.run("lxc query '/1.0/instances?recursion=2&project=convene'");
    return Object.fromEntries(
      containersSchema.parse(JSON.parse(answer)).map(({ name, state }) => [name, state.pid]),
    );
  };
  /** A pass from now finds nothing to do. */
  const expectNothingToDo = async (): Promise<void> => {
    const { exitCode, output } = await host.attempt("convene reconcile --wait --timeout 60s", 90_000);
    expect(exitCode, output).to.equal(0);
    expect(output).to.include("nothing to do");
  };

  it("is installed by npm, set up by convene init and started by systemd", async () => {
    await installConvene(host, await packConvene(folder, FIRST));
    await writeNestedSettings(host);
    await host.write("/root/operator.pub", operator.publicKey, "0644");
    const said = await host.run("convene init --authorized-key /root/operator.pub", 2 * MINUTE);
    expect(said).to.match(/systemd units +changed +convene\.service 0\.1\.0-first runs/);
    expect(await unit("ActiveState", "SubState", "NRestarts", "User")).to.deep.equal({
      ActiveState: "active",
      SubState: "running",
      NRestarts: "0",
      User: "convene",
    });
    expect(
      await host.run("systemctl is-enabled convene.service convene.socket convene-admin.socket"),
    ).to.equal("enabled\nenabled\nenabled\n");
    expect(await host.run("convene init", 2 * MINUTE)).to.match(/systemd units +already there/);
  });

  it("never runs as root, and lets only its group and root talk to it", async () => {
    const pid = await number("MainPID");
    const identity = await host.run(`grep -E '^(Uid|Groups|CapEff|NoNewPrivs|Seccomp):' /proc/${pid}/status`);
    const account = (await host.run("id -u convene")).trim();
    expect(identity).to.match(new RegExp(`^Uid:\\t${account}\\t${account}`));
    expect(identity)
      .to.include("CapEff:\t0000000000000000")
      .and.include("NoNewPrivs:\t1")
      .and.match(/Seccomp:\t2/);
    expect(await host.run("id -nG convene")).to.equal("convene\n");
    expect(await host.run("stat --format='%n %a %U:%G' /run/convene/*")).to.equal(
      "/run/convene/convene-admin.sock 600 root:root\n/run/convene/convene.sock 660 root:convene\n",
    );
    const stranger = await host.attempt("runuser -u nobody -- convene status");
    expect(stranger.exitCode, stranger.output).to.equal(1);
    const member = await host.attempt("runuser -u convene -- convene suspend --reason x");
    expect(member.exitCode, member.output).to.equal(1);
  });

  it("was ready within a second", async () => {
    await host.run("systemctl restart convene.service");
    const times = await unit("ExecMainStartTimestampMonotonic", "ActiveEnterTimestampMonotonic");
    const [started = 0, ready = 0] = Object.values(times)
      .map(Number)
      .toSorted((one, other) => one - other);
    expect((ready - started) / 1000, "milliseconds").to.be.below(1000);
  });

  it("refuses a broken site that is pushed over ssh, and converges a good one", async function () {
    this.timeout(6 * MINUTE);
    const broken = await operator.push(
      nestedSite(host.address).replace("uses: proxy", "uses: prxy"),
      "A slip",
    );
    expect(broken.exitCode, broken.output).not.to.equal(0);
    expect(broken.output).to.match(/site\.yaml:\d+:\d+/);
    const pushed = await operator.push(nestedSite(host.address), "The site");
    expect(pushed.exitCode, pushed.output).to.equal(0);
    expect(pushed.output).to.include("✓ Ready at");
    expect(await isReady()).to.equal(true);
    expect(Object.keys(await containers())).to.have.members(["consul", "proxy"]);
    await expectNothingToDo();
  });

  it("leaves its containers alone when systemd restarts it", async () => {
    const before = await containers();
    await host.run("systemctl restart convene.service");
    await expectNothingToDo();
    expect(await containers()).to.deep.equal(before);
  });

  it("comes back by itself when it is killed", async () => {
    const before = await containers();
    const restarts = await number("NRestarts");
    await host.run("systemctl kill --signal=KILL convene.service");
    await eventually("restarted", async () => (await number("NRestarts")) === restarts + 1);
    await eventually("active", async () => (await unit("ActiveState"))["ActiveState"] === "active");
    await expectNothingToDo();
    expect(await containers()).to.deep.equal(before);
  });

  it("feeds the watchdog by its passes, and is started again when it hangs", async () => {
    const dropIn = "/run/systemd/system/convene.service.d/short.conf";
    await host.run(`mkdir -p $(dirname ${dropIn}); printf '[Service]\\nWatchdogSec=12\\n' >${dropIn}`);
    await host.run("systemctl daemon-reload; systemctl restart convene.service");
    await expectNothingToDo();
    const fed = await number("WatchdogTimestampMonotonic");
    await systemClock.sleep(5_000);
    await expectNothingToDo();
    await eventually("fed", async () => (await number("WatchdogTimestampMonotonic")) > fed);
    await host.run("systemctl kill --signal=STOP convene.service");
    const restarts = await number("NRestarts");
    await eventually("restarted", async () => (await number("NRestarts")) > restarts, 60_000);
    expect(await host.run("journalctl --unit=convene.service")).to.include("Watchdog timeout");
    await host.run(`rm ${dropIn}; systemctl daemon-reload; systemctl restart convene.service`);
  });

  it("is upgraded in place, with the containers running on", async () => {
    const before = await containers();
    await installConvene(host, await packConvene(folder, SECOND));
    const said = await host.run("convene init", 2 * MINUTE);
    expect(said).to.match(/systemd units +changed +convene\.service 0\.1\.0-second runs/);
    expect(await host.run("journalctl --unit=convene.service --lines=20")).to.include(
      `"version":"${SECOND}"`,
    );
    await expectNothingToDo();
    expect(await containers()).to.deep.equal(before);
    const pushed = await operator.push(nestedSite(host.address, ["wiki"]), "One route more");
    expect(pushed.output).to.include("✓ Ready at");
  });

  it("is back with its containers after a power cut", async () => {
    await host.restart();
    await eventually("active", async () => (await unit("ActiveState"))["ActiveState"] === "active");
    await eventually("Ready", isReady, MINUTE);
    expect(Object.keys(await containers())).to.have.members(["consul", "proxy"]);
    expect(await host.run("systemctl show convene-host.service --property=Result,ExecMainStatus")).to.equal(
      "Result=success\nExecMainStatus=0\n",
    );
  });

  it("has told the journal no secret", async () => {
    const journal = await host.run("journalctl --output=cat --lines=all");
    const secrets = await host.run(
      "find /var/lib/convene/secrets -type f -exec sh -c 'cat \"$1\"; echo' sh {} ';'",
    );
    const values = secrets.split("\n").filter((line) => line.length >= 8);
    expect(values).not.to.deep.equal([]);
    for (const value of values) expect(journal.includes(value), "a secret is in the journal").to.equal(false);
  });

  it("goes without a trace", async () => {
    const said = await host.run("convene uninstall --purge", 2 * MINUTE);
    expect(said).to.match(/systemd units +removed/);
    const left = await host.attempt(
      "ls -d /usr/local/lib/systemd/system/convene* /etc/systemd/system/*/convene* /run/convene /var/lib/convene; id convene; lxc project show convene",
    );
    expect(left.output).not.to.match(/^\/|uid=|^name:/m);
  });
});
