/** Changes by push: each converges with only the actions it needs, and the next pass plans nothing. */
import { expect } from "chai";
import { type LivingSite, plannedLines, replaced } from "./living-site.ts";

/** The objects a push announced, each once, in order. */
function announced(outcome: Parameters<typeof plannedLines>[0]): readonly string[] {
  return plannedLines(outcome).map((line) => line.trim().replace(/\s{2,}.*$/, ""));
}

export function changes(site: () => LivingSite): void {
  const push = async (rewrite: Parameters<LivingSite["change"]>[0], options?: readonly string[]) => {
    const outcome = await site().change(rewrite, options);
    expect(outcome.exitCode, outcome.stderr).to.equal(0);
    expect(outcome.stderr).to.match(/✓ Ready at/);
    return outcome;
  };
  afterEach(async function () {
    this.timeout(180_000);
    await site().settled();
  });

  it("moves a route's backend live: keys, service and haproxy's own servers, no reload", async function () {
    this.timeout(180_000);
    const outcome = await push(replaced("routes.yaml", /port: 8080/, "port: 8081"));
    expect(announced(outcome)).to.deep.equal(["~ service/convene-route-cloud", "~ files proxy"]);
    expect(outcome.stderr).to.match(/haproxy\.cfg.*taken over live/);
  });

  it("changes a limit without touching anything else", async function () {
    this.timeout(180_000);
    const outcome = await push(
      replaced("site.yaml", "relayPorts: 50000-51000", "memory: 640MiB\n    relayPorts: 50000-51000"),
    );
    expect(announced(outcome)).to.deep.equal(["~ container/turn"]);
    expect(outcome.stderr).to.include("limits.memory");
  });

  it("changes one file of the page and restarts nothing", async function () {
    this.timeout(180_000);
    const outcome = await push(
      replaced("site.yaml", "startWithAudioMuted: true", "startWithAudioMuted: false"),
    );
    expect(announced(outcome)).to.deep.equal(["~ files jitsi"]);
    expect(outcome.stderr).not.to.match(/restarts (prosody|jicofo)/);
  });

  it("adds a bridge", async function () {
    this.timeout(300_000);
    const outcome = await push(
      replaced(
        "site.yaml",
        /- \{name: bridge-1, memory: 2GiB\}/,
        "- {name: bridge-1, memory: 2GiB}\n      - {name: bridge-2, memory: 1GiB}",
      ),
      ["now"],
    );
    expect(announced(outcome)).to.include("+ container/bridge-2");
    expect(announced(outcome)).not.to.include("~ container/bridge-1");
    const status = await site().harness.status();
    expect(status.objects.find((one) => one.name === "bridge-2")).to.include({
      state: "running",
      address: `${site().harness.prefix}.22`,
    });
    expect(status.checks.find((check) => check.name === "bridge-2")?.ok).to.equal(true);
  });

  it("removes a bridge", async function () {
    this.timeout(300_000);
    const outcome = await push(replaced("site.yaml", "\n      - {name: bridge-2, memory: 1GiB}", ""), [
      "now",
    ]);
    expect(announced(outcome)).to.include("- container/bridge-2");
    expect(await site().harness.lxd.instance("bridge-2")).to.equal(undefined);
  });

  it("makes a person's account, leaves the password for root, and removes both", async function () {
    this.timeout(300_000);
    const { stat, readFile } = await import("node:fs/promises");
    const file = "/var/lib/cvlife/passwords/b.lovelace";
    await push((files) => ({
      ...files,
      "people.yaml": `${files["people.yaml"]}\n---\napiVersion: convene/v1alpha1\nkind: User\nmetadata: {name: b.lovelace}\nspec: {displayName: B. Lovelace, password: {generate: true}}\n`,
    }));
    const { mode } = await stat(file);
    expect(mode & 0o777).to.equal(0o600);
    expect((await readFile(file, "utf8")).trim().length).to.be.greaterThan(15);
    await push((files) => ({
      ...files,
      "people.yaml": (files["people.yaml"] ?? "").replace(
        /\n---\napiVersion: [^\n]*\nkind: User\nmetadata: \{name: b\.lovelace\}[\s\S]*$/,
        "\n",
      ),
    }));
    const gone = await stat(file).then(
      () => false,
      () => true,
    );
    expect(gone).to.equal(true);
  });
}
