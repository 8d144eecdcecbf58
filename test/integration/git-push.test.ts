/** Pushing to the site repository: real git, real hooks, a scripted agent behind real sockets. */
import { expect } from "chai";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile, symlink } from "node:fs/promises";
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Action } from "../../src/plan/action.ts";
import { systemClock } from "../../src/system/clock.ts";
import { pollUntil } from "../../src/system/retry.ts";
import { EMPTY_STATUS, type FakeAgentScript } from "../lab/fake-agent.ts";
import { GIT_TEST_ENVIRONMENT, type TestRepository } from "../lab/git-repository.ts";
import { createPushSite } from "../lab/push-site.ts";

const RELAY: Action = {
  id: "update container/turn",
  kind: "delete-container",
  name: "turn",
  subject: "container/turn",
  cause: "changed",
  reason: "its relay range differs",
  changes: [
    {
      field: "device relay",
      before: "50000-50500",
      after: "50000-51000",
      origin: { file: "site.yaml", line: 14, column: 3 },
    },
  ],
  disruption: "none",
  dependsOn: [],
};

/** A pass that applies one action and ends Ready, for the newest commit of the branch. */
function passFor(repository: () => TestRepository): NonNullable<FakeAgentScript["onReconcile"]> {
  return (agent) => {
    void (async () => {
      const commit = await repository().git("-C", repository().bare, "rev-parse", "main");
      const revision = `${commit}+catalogue@1`;
      const stamp = { at: Date.now(), pass: 7 };
      agent.emit({ ...stamp, type: "pass-started", wakeups: ["push"], revision });
      agent.emit({ ...stamp, type: "planned", revision, plan: { actions: [RELAY], blocked: [] } });
      agent.emit({ ...stamp, type: "action-started", id: RELAY.id, subject: RELAY.subject });
      agent.emit({
        ...stamp,
        type: "action-finished",
        id: RELAY.id,
        subject: RELAY.subject,
        milliseconds: 1_900,
      });
      agent.emit({
        ...stamp,
        type: "verdict",
        verdict: {
          outcome: "ready",
          revision,
          reason: "ReconciliationSucceeded",
          message: "",
          actions: 1,
          milliseconds: 2_100,
        },
      });
    })();
  };
}

describe("pushing to the site repository", function () {
  this.timeout(60_000);

  it("prints plan, progress and verdict of an accepted push", async () => {
    let repository: TestRepository | undefined;
    const current = (): TestRepository => {
      if (!repository) throw new Error("no repository yet");
      return repository;
    };
    await using site = await createPushSite({
      plan: { actions: [RELAY], blocked: [] },
      onReconcile: passFor(current),
    });
    repository = site.repository;
    const commit = await site.repository.commit({ "site.yaml": "right\n", "people.yaml": "right\n" });
    const push = await site.repository.tryGit("push", "origin", "main");
    expect(push.code, push.output).to.equal(0);
    expect(push.output).to.include("remote: convene  2 files changed, plan of 1 action");
    expect(push.output).to.match(
      /remote: {3}- container\/turn {2}device relay 50000-50500 → 50000-51000 +\(site\.yaml:14\)/,
    );
    expect(push.output).to.match(/remote: ▸ update container\/turn …+ 1\.9 s/);
    expect(push.output).to.include(`remote: ✓ Ready at ${commit.slice(0, 7)} (1 action, 2.1 s)`);
    expect(site.agent.planned[0]?.map((file) => file.path)).to.deep.equal(["people.yaml", "site.yaml"]);
    expect(site.agent.calls).to.deep.equal(["reconcile now=false push"]);
  });

  it("refuses a broken manifest with its place and the line, and the branch stays", async () => {
    await using site = await createPushSite({});
    await site.repository.commit({ "site.yaml": "right\nwrong: here\n", "b/people.yaml": "wrong too\n" });
    const push = await site.repository.tryGit("push", "origin", "main");
    expect(push.code).to.equal(1);
    expect(push.output).to.include("remote: site.yaml:2:1: found wrong: here");
    expect(push.output).to.include("remote:     2 | wrong: here");
    expect(push.output).to.include("remote: b/people.yaml:1:1: found wrong too");
    expect(push.output).to.include("refused: 2 errors in 2 files; nothing was changed");
    expect(site.agent.planned).to.have.length(0);
    expect(await site.repository.git("ls-remote", "origin")).to.equal("");
  });

  it("accepts a valid push when the agent is down, and says where to look", async () => {
    await using site = await createPushSite("agent down");
    const commit = await site.repository.commit({ "site.yaml": "right\n" });
    const push = await site.repository.tryGit("push", "origin", "main");
    expect(push.code, push.output).to.equal(0);
    expect(push.output).to.include("the agent does not answer");
    expect(push.output).to.include("accepted all the same");
    expect(push.output).to.include(`convene wait --revision ${commit}`);
  });

  it("refuses a broken manifest when the agent is down", async () => {
    await using site = await createPushSite("agent down");
    await site.repository.commit({ "site.yaml": "wrong\n" });
    expect((await site.repository.tryGit("push", "origin", "main")).code).to.equal(1);
  });

  it("refuses a force-push and a deletion with the way back", async () => {
    await using site = await createPushSite("agent down");
    await site.repository.commit({ "site.yaml": "one\n" });
    const second = await site.repository.commit({ "site.yaml": "two\n" });
    await site.repository.git("push", "-q", "origin", "main");
    await site.repository.git("reset", "-q", "--hard", "HEAD~1");
    await site.repository.commit({ "site.yaml": "three\n" });
    const force = await site.repository.tryGit("push", "--force", "origin", "main");
    expect(force.code).to.equal(1);
    expect(force.output)
      .to.include("history only grows here")
      .and.to.include(`git revert ${second.slice(0, 7)}`);
    const deletion = await site.repository.tryGit("push", "origin", ":main");
    expect(deletion.code).to.equal(1);
    expect(deletion.output).to.include("git revert COMMIT");
    expect(await site.repository.git("ls-remote", "origin", "main")).to.include(second);
  });

  it("refuses other branches and tags, naming the branch that runs", async () => {
    await using site = await createPushSite("agent down");
    await site.repository.commit({ "site.yaml": "one\n" });
    await site.repository.git("tag", "v1");
    const pushes = [
      { refs: ["main:refs/heads/try/it"], named: "branch try/it" },
      { refs: ["v1"], named: "tag v1" },
      { refs: ["main", "v1"], named: "tag v1" },
    ];
    for (const { refs, named } of pushes) {
      const push = await site.repository.tryGit("push", "origin", ...refs);
      expect(push.code).to.equal(1);
      expect(push.output).to.include(named);
      expect(push.output).to.include("only branch main is kept here").and.to.include("HEAD:main");
    }
  });

  it("shows the plan and refuses the ref with -o plan-only", async () => {
    await using site = await createPushSite({ plan: { actions: [RELAY], blocked: [] } });
    await site.repository.commit({ "site.yaml": "one\n" });
    const push = await site.repository.tryGit("push", "-o", "plan-only", "origin", "main");
    expect(push.code).to.equal(1);
    expect(push.output).to.include("plan of 1 action").and.to.include("the branch was not moved");
    expect(await site.repository.git("ls-remote", "origin")).to.equal("");
    expect(site.agent.calls).to.deep.equal([]);
  });

  it("does not follow with -o no-wait, and passes -o now on", async () => {
    await using site = await createPushSite({});
    await site.repository.commit({ "site.yaml": "one\n" });
    const push = await site.repository.tryGit("push", "-o", "no-wait", "-o", "now", "origin", "main");
    expect(push.code, push.output).to.equal(0);
    expect(push.output).to.include("convene wait --revision");
    expect(site.agent.calls).to.deep.equal(["reconcile now=true push"]);
  });

  it("lands and goes on when the pusher's terminal goes away", async () => {
    await using site = await createPushSite({});
    const commit = await site.repository.commit({ "site.yaml": "one\n" });
    const push = spawn("git", ["-C", site.repository.clone, "push", "origin", "main"], {
      env: { ...GIT_TEST_ENVIRONMENT },
      detached: true,
    });
    const woken = await pollUntil(async () => (site.agent.calls.length > 0 ? true : undefined), {
      clock: systemClock,
      intervalMs: 20,
      timeoutMs: 20_000,
    });
    expect(woken).to.equal(true);
    process.kill(-(push.pid ?? 0), "SIGHUP");
    await once(push, "close");
    expect(await site.repository.git("-C", site.repository.bare, "rev-parse", "main")).to.equal(commit);
    expect(site.agent.calls).to.deep.equal(["reconcile now=false push"]);
  });

  it("says that the agent is suspended instead of waiting for it", async () => {
    const suspended = {
      type: "Suspended",
      status: "True",
      reason: "Suspended",
      message: "exam week",
      lastTransitionTime: "2026-01-01T00:00:00.000Z",
    } as const;
    await using site = await createPushSite({ status: { ...EMPTY_STATUS, conditions: [suspended] } });
    await site.repository.commit({ "site.yaml": "one\n" });
    const push = await site.repository.tryGit("push", "origin", "main");
    expect(push.code, push.output).to.equal(0);
    expect(push.output).to.include("exam week").and.to.include("convene resume");
  });

  it("refuses an unknown push option by name", async () => {
    await using site = await createPushSite({});
    await site.repository.commit({ "site.yaml": "one\n" });
    const push = await site.repository.tryGit("push", "-o", "nowait", "origin", "main");
    expect(push.code).to.equal(1);
    expect(push.output).to.include('unknown push option "nowait"').and.to.include("no-wait");
  });

  it("refuses a pusher who does not own the repository, with the URL that works", async () => {
    await using site = await createPushSite({}, { CONVENE_TEST_UID: "4242" });
    await site.repository.commit({ "site.yaml": "one\n" });
    const push = await site.repository.tryGit("push", "origin", "main");
    expect(push.code).to.equal(1);
    expect(push.output).to.include("uid 4242 is pushing");
    expect(push.output).to.include("git push convene@host.example:site.git");
  });

  it("refuses a tree with a symbolic link, too many files or a huge file", async () => {
    await using site = await createPushSite("agent down");
    await site.repository.commit({ "site.yaml": "one\n" });
    await symlink("/etc/passwd", join(site.repository.clone, "link.yaml"));
    await site.repository.commit({});
    const link = await site.repository.tryGit("push", "origin", "main");
    expect(link.code).to.equal(1);
    expect(link.output).to.include('"link.yaml" is a symbolic link');
    await site.repository.git("reset", "-q", "--hard", "HEAD~1");
    await site.repository.commit({ "big.yaml": "x".repeat(2 * 1024 * 1024) });
    const big = await site.repository.tryGit("push", "origin", "main");
    expect(big.code).to.equal(1);
    expect(big.output).to.include("a file of 2097152 bytes");
    await site.repository.git("reset", "-q", "--hard", "HEAD~1");
    await site.repository.commit(
      Object.fromEntries(Array.from({ length: 3_000 }, (_, i) => [`f${i}.yaml`, ""])),
    );
    const many = await site.repository.tryGit("push", "origin", "main");
    expect(many.code).to.equal(1);
    expect(many.output).to.include("more than 2000 files");
  });

  it("keeps the hook scripts to one command", async () => {
    await using site = await createPushSite("agent down");
    const script = await readFile(join(site.repository.bare, "hooks/pre-receive"), "utf8");
    expect(script.split("\n").filter((line) => line !== "" && !line.startsWith("#"))).to.have.length(1);
    expect(existsSync(join(site.repository.bare, "hooks/post-receive"))).to.equal(true);
  });
});
