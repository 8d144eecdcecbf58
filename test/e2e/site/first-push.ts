/** The first push: from nothing to a site people can meet on. */
import { expect } from "chai";
import { type LivingSite, isReady } from "./living-site.ts";

export function firstPush(site: () => LivingSite): void {
  it("brings everything up, shows plan, progress and verdict to the pusher, and is Ready", async function () {
    this.timeout(900_000);
    const { harness } = site();
    await harness.host.startAgent();
    const outcome = await site().change((files) => files);
    expect(outcome.exitCode, outcome.stderr).to.equal(0);
    expect(outcome.stderr).to.match(/plan of \d+ actions/);
    expect(outcome.stderr).to.match(/\+ container\/turn/);
    expect(outcome.stderr).to.match(/verify .*✓/);
    expect(outcome.stderr).to.match(/✓ Ready at [0-9a-f]{7}/);
    const status = await harness.status();
    expect(isReady(status), JSON.stringify(status.conditions)).to.equal(true);
    expect(status.revision.healthy).to.equal(status.revision.attempted);
    expect(status.objects.map((one) => `${one.name} ${one.state}`)).to.deep.equal([
      "consul running",
      "proxy running",
      "turn running",
      "jitsi running",
      "bridge-1 running",
    ]);
    expect(status.checks.filter((check) => !check.ok)).to.deep.equal([]);
  });

  it("serves the page to a visitor with a certificate the ACME authority issued", async function () {
    this.timeout(60_000);
    const { harness } = site();
    const page = await harness.asVisitor("curl", [
      "-sS",
      "--cacert",
      harness.internet.rootFile,
      "https://meet.school.example/config.js",
    ]);
    expect(page.exitCode, page.stdout).to.equal(0);
    expect(page.stdout).to.include("meet.school.example");
    expect(page.stdout).to.match(/startWithAudioMuted.*true/);
  });

  it("leaves nothing to plan, and a pass that finds nothing writes nothing", async function () {
    this.timeout(180_000);
    await site().settled();
    const before = (await site().history(1))[0]?.pass;
    const outcome = await site().harness.host.convene(["reconcile", "--wait"]);
    expect(outcome.exitCode, outcome.stderr).to.equal(0);
    expect((await site().history(1))[0]?.pass).to.equal(before);
  });

  it("shows no secret in logs, status, history or what the pusher saw", async function () {
    this.timeout(60_000);
    const { harness } = site();
    const { readdir, readFile } = await import("node:fs/promises");
    const directory = "/var/lib/cvlife";
    const said = [
      await readFile("/var/log/cvlife-agent.log", "utf8"),
      JSON.stringify(await harness.status()),
      JSON.stringify(await site().history(500)),
      harness.transcript.join("\n"),
    ].join("\n");
    const values: string[] = [];
    for (const folder of ["secrets", "passwords"]) {
      for (const name of await readdir(`${directory}/${folder}`))
        values.push((await readFile(`${directory}/${folder}/${name}`, "utf8")).trim());
    }
    expect(values.length).to.be.greaterThan(4);
    expect(values.filter((value) => said.includes(value))).to.deep.equal([]);
  });
}
