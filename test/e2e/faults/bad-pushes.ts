/** Pushes that are refused: each with clear words, and the running site untouched. */
import { mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "chai";
import { accountIds } from "../../../src/host/account.ts";
import { runCommand } from "../../../src/host/command.ts";
import { runProgram } from "../../lab/programs.ts";
import type { FaultHost } from "./fault-host.ts";

interface BadPush {
  readonly what: string;
  /** Changes the clone, and answers what follows `git push`. */
  readonly make: (clone: Clone) => Promise<readonly string[]>;
  readonly words: RegExp;
}

interface Clone {
  readonly folder: string;
  git(...words: readonly string[]): Promise<string>;
  /** Writes one file and commits everything. */
  commit(file: string, content: string | Uint8Array): Promise<void>;
}

const TO_MAIN = ["origin", "HEAD:main"];

/** A file of its own beside the site's. */
const written =
  (file: string, content: string | Uint8Array) =>
  async (clone: Clone): Promise<readonly string[]> => {
    await clone.commit(file, content);
    return TO_MAIN;
  };

const HEADER = "apiVersion: convene/v1alpha1\n";

const BAD_PUSHES: readonly BadPush[] = [
  {
    what: "wrong YAML",
    make: written("wrong.yaml", `${HEADER}kind: [Route\n`),
    words: /wrong\.yaml:\d+:\d+: .*(?:flow|\])/,
  },
  {
    what: "an unknown kind, with the one that was meant",
    make: written("kind.yaml", `${HEADER}kind: Rout\nmetadata: {name: x}\nspec: {}\n`),
    words: /kind\.yaml:2:7: .*Rout.*[\s\S]*Route/,
  },
  {
    what: "a wrong type, with what was found and what is allowed",
    make: written(
      "type.yaml",
      `${HEADER}kind: Route\nmetadata: {name: x}\nspec: {host: x.school.example, backend: {address: 10.10.95.30, port: many}}\n`,
    ),
    words: /type\.yaml:4:\d+: .*many|type\.yaml:4:\d+: .*port/,
  },
  {
    what: "ten thousand aliases",
    make: written("bomb.yaml", bomb()),
    words: /bomb\.yaml:\d+:\d+: .*alias/i,
  },
  {
    what: "a binary file",
    make: written("picture.yaml", Buffer.from([0x89, 0x50, 0x4e, 0x47, 0, 0xff, 0xfe, 0x0d, 0x0a])),
    words: /picture\.yaml:1:1: /,
  },
  {
    what: "a symbolic link",
    make: async (clone) => {
      await symlink("/etc/shadow", join(clone.folder, "link.yaml"));
      await clone.git("add", "--all");
      await clone.git("commit", "--quiet", "--message", "A link");
      return TO_MAIN;
    },
    words: /"link\.yaml" is a symbolic link/,
  },
  {
    what: "an empty tree",
    make: async (clone) => {
      await clone.git("rm", "-rq", ".");
      await clone.git("commit", "--quiet", "--message", "Nothing");
      return TO_MAIN;
    },
    words: /no manifest at all[\s\S]*an empty repository changes nothing/,
  },
  {
    what: "the deletion of the branch",
    make: async () => await Promise.resolve(["origin", ":main"]),
    words: /branch main says what runs on this host and is not deleted[\s\S]*git revert/,
  },
  {
    what: "a force-push",
    make: async (clone) => {
      await clone.git("commit", "--quiet", "--amend", "--allow-empty", "--message", "Another past");
      return ["--force", ...TO_MAIN];
    },
    words: /would drop commits of main[\s\S]*git revert/,
  },
  {
    what: "another branch",
    make: async () => await Promise.resolve(["origin", "HEAD:try"]),
    words: /only branch main is kept here, this push is for branch try/,
  },
  {
    what: "a plan that is only asked for",
    make: async (clone) => {
      await clone.git("rm", "-q", "people.yaml");
      await clone.git("commit", "--quiet", "--message", "Nobody");
      return ["-o", "plan-only", ...TO_MAIN];
    },
    words: /~ accounts store[\s\S]*only the plan/,
  },
];

export function badPushes(host: () => FaultHost): void {
  for (const { what, make, words } of BAD_PUSHES) {
    it(`refuses ${what}`, async function () {
      this.timeout(60_000);
      const before = await host().running();
      const { repository, options } = host().harness.host;
      const clone = await cloneAs(options.user, repository);
      try {
        const push = await clone.push(await make(clone));
        expect(push.code, push.stderr).to.equal(1);
        expect(push.stderr.replaceAll(/^remote: ?/gm, "")).to.match(words);
      } finally {
        await clone.remove();
      }
      expect(await host().running()).to.deep.equal(before);
    });
  }

  it("refuses root, who would leave files behind that the agent cannot read, with the URL that works", async function () {
    this.timeout(60_000);
    const before = await host().running();
    const { repository } = host().harness.host;
    const clone = await cloneAs("root", repository);
    try {
      await clone.commit("more.yaml", "# nothing\n");
      const push = await clone.push(TO_MAIN);
      expect(push.code).to.equal(1);
      expect(push.stderr).to.match(/cvfault@\S+:.*site\.git/);
    } finally {
      await clone.remove();
    }
    expect(await host().running()).to.deep.equal(before);
  });
}

/** A hundred anchors of a hundred aliases each. */
function bomb(): string {
  const lines = Array.from({ length: 100 }, (_, index) => {
    const inside = index === 0 ? "x" : Array.from({ length: 101 }, () => `*a${index - 1}`).join(", ");
    return `a${index}: &a${index} [${inside}]`;
  });
  return `${HEADER}kind: Route\nmetadata: {name: bomb}\nspec:\n  ${lines.join("\n  ")}\n`;
}

/** A clone in a folder and with a home of its own, that trusts repositories of others as root has to. */
async function cloneAs(user: string, repository: string) {
  const home = await mkdtemp("/tmp/convene-operator-");
  const folder = join(home, "site");
  await writeFile(
    join(home, ".gitconfig"),
    "[safe]\n\tdirectory = *\n[user]\n\tname = Operator\n\temail = operator@school.example\n",
  );
  const { uid, gid } = await accountIds(runCommand, user);
  await runCommand({ command: "chown", arguments: ["-R", `${uid}:${gid}`, home] });
  const run = async (...words: readonly string[]) =>
    await runProgram(["runuser", "-u", user, "--", "env", `HOME=${home}`, "git", ...words]);
  const git = async (...words: readonly string[]): Promise<string> => {
    const done = await run("-C", folder, ...words);
    if (done.code !== 0) throw new Error(`git ${words.join(" ")}: ${done.stderr}`);
    return done.stdout;
  };
  const cloned = await run("clone", "--quiet", repository, folder);
  if (cloned.code !== 0) throw new Error(cloned.stderr);
  await git("checkout", "--quiet", "-B", "main");
  return {
    folder,
    git,
    commit: async (file: string, content: string | Uint8Array) => {
      await writeFile(join(folder, file), content);
      await runCommand({ command: "chown", arguments: [`${uid}:${gid}`, join(folder, file)] });
      await git("add", "--all");
      await git("commit", "--quiet", "--message", "Something wrong");
    },
    remove: async () => await rm(home, { recursive: true, force: true }),
    push: async (words: readonly string[]) => await run("-C", folder, "push", ...words),
  };
}
