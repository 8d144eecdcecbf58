/** Nobody is thrown out of a meeting: what would end calls waits for them. Participants are faked on the bridge. */
import { expect } from "chai";
import { type LivingSite, replaced, until } from "./living-site.ts";

export function calls(site: () => LivingSite): void {
  const people = async (participants: number) => {
    const response = await fetch(`http://${site().harness.prefix}.21:8080/lab/participants`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ participants }),
    });
    expect(response.ok).to.equal(true);
  };
  const relayPorts = async () => {
    const found = await site().harness.lxd.exec({
      instance: "turn",
      command: ["grep", "^max-port", "/etc/turnserver.conf"],
      timeoutMs: 10_000,
    });
    return found.stdout.trim();
  };
  afterEach(async function () {
    this.timeout(180_000);
    await people(0);
    await site().settled();
  });

  it("a coturn restart waits, says so, and goes when they leave", async function () {
    this.timeout(300_000);
    const { harness } = site();
    await people(2);
    const before = await relayPorts();
    const pushed = site().change(replaced("site.yaml", "relayPorts: 50000-51000", "relayPorts: 50000-50900"));
    const said = async () => harness.transcript.some((line) => /waits: 2 people in a call/.test(line));
    expect(await until(said, 60_000), "the pusher is not told").to.equal(true);
    expect(await relayPorts()).to.equal(before);
    await people(0);
    const outcome = await pushed;
    expect(outcome.exitCode, outcome.stderr).to.equal(0);
    expect(outcome.stderr).to.match(/✓ Ready at/);
    expect(await relayPorts()).to.equal("max-port=50900");
  });

  it("`git push -o now` does not wait", async function () {
    this.timeout(300_000);
    await people(2);
    const outcome = await site().change(
      replaced("site.yaml", "relayPorts: 50000-50900", "relayPorts: 50000-51000"),
      ["now"],
    );
    expect(outcome.exitCode, outcome.stderr).to.equal(0);
    expect(outcome.stderr).not.to.match(/waits: 2 people/);
    expect(await relayPorts()).to.equal("max-port=51000");
  });

  it("a newer push takes the place of one that waits", async function () {
    this.timeout(300_000);
    await people(3);
    const first = site().change(replaced("site.yaml", "relayPorts: 50000-51000", "relayPorts: 50000-50800"));
    const { harness } = site();
    const waits = async () => harness.transcript.some((line) => /waits: 3 people in a call/.test(line));
    expect(await until(waits, 60_000)).to.equal(true);
    const second = await site().change(
      replaced("site.yaml", "relayPorts: 50000-50800", "relayPorts: 50000-51000"),
    );
    expect(second.exitCode, second.stderr).to.equal(0);
    expect(second.stderr).to.match(/✓ Ready at/);
    expect((await first).stderr).to.match(/newer revision|superseded/i);
    expect(await relayPorts()).to.equal("max-port=51000");
  });
}
