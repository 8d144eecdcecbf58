/** Removals that hold data or look like an accident wait for root; an empty desired state is no request at all. */
import { expect } from "chai";
import { runCommand } from "../../../src/host/command.ts";
import { isReady } from "../agent-status.ts";
import { type FaultHost, readiness } from "./fault-host.ts";

const WORKERS = [1, 2, 3, 4, 5];

export function prune(host: () => FaultHost): void {
  const instances = async (): Promise<readonly string[]> =>
    (await host().harness.lxd.instances()).map(({ name }) => name).toSorted();
  const volumes = async (): Promise<readonly string[]> =>
    (await host().harness.lxd.volumes(host().pool)).map(({ name }) => name).toSorted();
  const confirm = async (id: string | undefined): Promise<void> => {
    const { exitCode, stderr } = await host().harness.host.convene(["confirm", id ?? ""]);
    expect(exitCode, stderr).to.equal(0);
  };
  /** Subjects with their ids, of what waits for a confirmation. */
  const waiting = async (): Promise<ReadonlyMap<string, string>> => {
    const { blocked } = await host().client.status();
    return new Map(blocked.map(({ subject, confirmationId }) => [subject, confirmationId ?? ""]));
  };

  it("more than three and more than thirty percent at once wait, and root says yes", async function () {
    this.timeout(180_000);
    expect((await host().push({ workers: [1, 2, 3, 4, 5], text: "crowd" })).stderr).to.match(/✓ Ready at/);
    await host().settled();
    const before = await instances();
    const outcome = await host().push({ workers: [1] });
    expect(outcome.stderr, outcome.stderr).to.match(
      /removal waits: .*container\/worker-2.*looks like an accident/,
    );
    expect(outcome.stderr, outcome.stderr).to.match(/sudo convene confirm [0-9a-f]{8}/);
    expect(await instances()).to.deep.equal(before);
    await confirm((await waiting()).get("container/worker-5"));
    await host().status((status) => isReady(status) && status.objects.length === 2);
    for (const one of [2, 3, 4, 5]) await host().gone(`worker-${one}`);
    expect(await instances()).to.deep.equal(["store", "worker-1"]);
  });

  it("each volume waits by itself, and a confirmation is for that one only", async function () {
    this.timeout(120_000);
    const held = await waiting();
    expect([...held.keys()].filter((subject) => subject.startsWith("volume/"))).to.have.length(4);
    await confirm(held.get("volume/worker-5-data"));
    await host().status(({ blocked }) => blocked.every(({ subject }) => subject !== "volume/worker-5-data"));
    expect(await volumes()).not.to.include("worker-5-data");
    expect(await volumes()).to.include("worker-4-data");
    const unknown = await host().harness.host.convene(["confirm", "0badc0de"]);
    expect(unknown.exitCode).not.to.equal(0);
  });

  it("what waited is forgotten when the manifests want it again, with its data", async function () {
    this.timeout(180_000);
    expect((await host().push({ workers: WORKERS })).stderr).to.match(/✓ Ready at/);
    expect(await volumes()).to.include("worker-4-data");
    expect([...(await waiting()).keys()]).to.deep.equal([]);
  });

  it("an empty tree that came past the hooks stalls, and nothing is touched", async function () {
    this.timeout(120_000);
    const { repository, options } = host().harness.host;
    const git = async (...words: readonly string[]): Promise<string> => {
      const asUser = [
        "-u",
        options.user,
        "--",
        "git",
        "-c",
        "user.name=X",
        "-c",
        "user.email=x@school.example",
      ];
      const asGit = [...asUser, "--git-dir", repository, ...words];
      return (await runCommand({ command: "runuser", arguments: asGit })).stdout.trim();
    };
    const before = await host().running();
    const head = await git("rev-parse", "main");
    const empty = await git("hash-object", "-t", "tree", "-w", "/dev/null");
    const commit = await git("commit-tree", empty, "-p", head, "-m", "Nothing at all");
    await git("update-ref", "refs/heads/main", commit);
    try {
      const status = await host().status(({ conditions }) =>
        conditions.some(({ type }) => type === "Stalled"),
      );
      expect(readiness(status)).to.match(/^False EmptyDesiredState: /);
      expect(await host().running()).to.deep.equal(before);
    } finally {
      await git("update-ref", "refs/heads/main", head);
    }
    await host().status(isReady);
  });
}
