/** What becomes of a generated secret when nothing uses it any more. */
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { expect } from "chai";
import { type AgentLab, startAgent } from "../../lab/agent-lab.ts";
import { type Files, smallSite } from "../../lab/sample-model.ts";

const WIKI = smallSite({ wiki: "secrets: [wiki-word]\nunits: [{name: wiki}]" });
const TWO: Files = {
  ...WIKI,
  "more.yaml": `apiVersion: convene/v1alpha1
kind: Secret
metadata: {name: made-here}
spec: {generate: true}
`,
};
const WITHOUT: Files = { "site.yaml": WIKI["site.yaml"] ?? "" };

describe("a generated secret", () => {
  let lab: AgentLab;
  afterEach(() => lab.stop());

  const folder = () => join(lab.directory, "secrets");
  const names = () => readdirSync(folder()).toSorted();
  const word = () => readFileSync(join(folder(), "wiki-word"), "utf8");
  const pruned = () => lab.until("pruned", () => names().join(" ") === "base-word fingerprint-key");
  const exists = (name: string) => lab.host.inside.instances.has(name);

  /** Until the agent has been ready at this commit, with time for what comes after a verdict. */
  async function readyAt(commit: number): Promise<void> {
    const healthy = () => lab.api.status().revision.healthy ?? "";
    await lab.until("healthy", () => healthy().endsWith(`${commit}+catalogue@1`));
    await settle();
  }

  /** Files are removed in the world's own time. */
  async function settle(): Promise<void> {
    await lab.clock.advance(1_000);
    await setTimeout(50);
  }

  it("goes with the container that used it, and is another one when that comes back", async () => {
    lab = await startAgent(TWO);
    await readyAt(1);
    expect(names()).to.deep.equal(["base-word", "fingerprint-key", "site.made-here", "wiki-word"]);
    const first = word();

    lab.push(WITHOUT);
    await readyAt(2);
    await pruned();
    expect(exists("wiki")).to.equal(false);

    lab.push(WIKI);
    await readyAt(3);
    expect(word()).not.to.equal(first);
  });

  it("stays while anything refers to it", async () => {
    lab = await startAgent(WIKI);
    await readyAt(1);
    const first = word();
    lab.push({ ...WIKI, "routes.yaml": "# nothing\n" });
    await readyAt(2);
    lab.push(smallSite({ wiki: "secrets: [wiki-word]\nunits: [{name: wiki}]\nlimits: {cpu: 2}" }));
    await readyAt(3);
    expect(word()).to.equal(first);
  });

  it("stays until the container is really gone", async () => {
    lab = await startAgent(WIKI);
    await readyAt(1);
    const first = word();
    lab.host.failFrom(/^lxd.deleteInstance wiki/, new Error("LXD says no"));
    lab.push(WITHOUT);
    await lab.until("tried", () =>
      lab.events.some((one) => one.type === "verdict" && one.verdict.outcome === "failed"),
    );
    await settle();
    expect([exists("wiki"), word()]).to.deep.equal([true, first]);

    lab.host.revive();
    await readyAt(2);
    await pruned();
  });

  it("stays while the removal of a volume waits for a confirmation: what lies there may need it", async () => {
    lab = await startAgent(
      smallSite({ wiki: "secrets: [wiki-word]\nvolumes: [{name: wiki-data, path: /srv/wiki}]" }),
    );
    await readyAt(1);
    const first = word();
    lab.push(WITHOUT);
    await readyAt(2);
    expect([exists("wiki"), word()]).to.deep.equal([false, first]);
  });
});
