/** The command line: words in, text or JSON out, and the exit code. */
import { expect } from "chai";
import type { CliDependencies } from "../../../src/cli/cli-dependencies.ts";
import { runProgram } from "../../../src/cli/program.ts";
import { parseHostSettings } from "../../../src/config/load-host-settings.ts";
import type { AgentClient } from "../../../src/control/client.ts";
import type { TreeFile } from "../../../src/control/agent-api.ts";
import type { SocketKind } from "../../../src/control/sockets.ts";
import { ConveneError } from "../../../src/system/errors.ts";
import { createTestCli } from "../../lab/cli-dependencies.ts";
import { EMPTY_STATUS } from "../../lab/fake-agent.ts";

interface Result {
  readonly code: number | undefined;
  readonly out: string;
  readonly err: string;
  readonly sockets: readonly SocketKind[];
}

async function refuse(): Promise<never> {
  throw new Error("not asked in this test");
}

async function* nothing(): AsyncGenerator<never> {}

const CLIENT: AgentClient = {
  status: async () => EMPTY_STATUS,
  plan: refuse,
  reconcile: async () => undefined,
  events: async () => nothing(),
  wait: async () => undefined,
  history: async () => [],
  logs: async (container, lines) => `${container} ${lines}\u001b[2J\nsecond\n`,
  check: async () => [],
  checkHistory: async () => [],
  confirm: async (id) => ({ accepted: false, message: `nothing waits for ${id}` }),
  suspend: async () => undefined,
  resume: async () => undefined,
};

async function convene(
  words: readonly string[],
  client: Partial<AgentClient> = {},
  overrides: Partial<CliDependencies> = {},
): Promise<Result> {
  const out: string[] = [];
  const err: string[] = [];
  const sockets: SocketKind[] = [];
  const cli = createTestCli({
    stdout: { write: (text) => out.push(text) },
    stderr: { write: (text) => err.push(text) },
    loadSettings: async () => parseHostSettings("", "config.yaml", "/catalogue"),
    agent: (_settings, kind) => {
      sockets.push(kind);
      return { ...CLIENT, ...client };
    },
    ...overrides,
  });
  let code: number | undefined;
  await runProgram({ ...cli, setExitCode: (value) => (code = value) }, words);
  return { code, out: out.join(""), err: err.join(""), sockets };
}

const CHANGE = {
  revision: "r",
  plan: {
    actions: [
      {
        id: "start container/turn",
        kind: "start-container",
        subject: "container/turn",
        cause: "drift",
        reason: "it was stopped",
        changes: [],
        disruption: "none",
        dependsOn: [],
      },
    ],
    blocked: [],
  },
} as const;

async function readFolder(): Promise<readonly TreeFile[]> {
  return [{ path: "site.yaml", content: Buffer.from("wrong\n") }];
}

async function status(): Promise<never> {
  throw new ConveneError({
    code: "AgentUnreachable",
    message: "no answer",
    hint: "start it",
    retryable: true,
  });
}

describe("the command line", () => {
  it("answers status with 0 when ready and 2 when not", async () => {
    const ready = await convene(["status"]);
    expect(ready.code).to.equal(0);
    expect(ready.out).to.include("✓ meet is Ready");
    const waiting = await convene(["status"], { status: async () => ({ ...EMPTY_STATUS, conditions: [] }) });
    expect(waiting.code).to.equal(2);
    expect(JSON.parse((await convene(["status", "--json"])).out)).to.deep.equal(EMPTY_STATUS);
  });

  it("answers plan with 2 when there are changes and 0 when there are none", async () => {
    const some = await convene(["plan"], { plan: async () => CHANGE });
    expect(some.code).to.equal(2);
    expect(some.out).to.equal("convene  plan of 1 action\n  ~ container/turn  it was stopped\n");
    const none = await convene(["plan"], {
      plan: async () => ({ revision: "r", plan: { actions: [], blocked: [] } }),
    });
    expect(none.code).to.equal(0);
    expect(none.out).to.equal("convene  nothing to do\n");
  });

  it("validates a folder without asking the agent", async () => {
    const wrong = await convene(["validate", "x"], {}, { readFolder });
    expect(wrong.code).to.equal(2);
    expect(wrong.out).to.include("site.yaml:1:1: found wrong").and.to.include("✗ 1 error in 1 file");
    expect(wrong.sockets).to.deep.equal([]);
    const right = await convene(
      ["validate"],
      {},
      { readFolder, validate: async () => ({ diagnostics: [] }) },
    );
    expect([right.code, right.out]).to.deep.equal([0, "✓ valid: 1 file\n"]);
    const json: unknown = JSON.parse((await convene(["validate", "--json"], {}, { readFolder })).out);
    expect(json).to.include({ valid: false, files: 1 });
  });

  it("plans a folder and a ref of the site repository", async () => {
    const planned: unknown[] = [];
    const tree = [{ path: "site.yaml", content: Buffer.from("x") }];
    const plan: AgentClient["plan"] = async (files) => {
      planned.push(files);
      return CHANGE;
    };
    const repository: CliDependencies["repository"] = () => ({
      resolve: async (name) => (name === "main" ? "c".repeat(40) : undefined),
      readTree: async () => tree,
      resolveBranch: refuse,
      requireBranch: refuse,
      isAncestor: refuse,
      countChanges: refuse,
    });
    await convene(["plan", "folder"], { plan }, { readFolder: async () => tree });
    await convene(["plan", "--ref", "main"], { plan }, { repository });
    expect(planned).to.deep.equal([tree, tree]);
    const unknown = await convene(["plan", "--ref", "nope"], { plan }, { repository });
    expect(unknown.code).to.equal(1);
    expect(unknown.err).to.include("the site repository has no nope");
    const reading = { repository, readFolder: async (folder: string) => createTestCli().readFolder(folder) };
    expect((await convene(["plan", "main"], { plan }, reading)).code).to.equal(2);
    expect(planned).to.have.length(3);
    const neither = await convene(["plan", "nowhere"], { plan }, reading);
    expect(neither.err).to.include(
      "✗ there is no folder nowhere here, and the site repository has no nowhere\n",
    );
    const both = await convene(["plan", "folder", "--ref", "main"], { plan }, { repository });
    expect(both.err).to.equal(
      "✗ there are two things to plan: the folder folder and --ref main\n" +
        "  → name one of them, or none for the deployed branch\n",
    );
  });

  it("gives wait's verdict as exit code: 0 ready, 1 failed, 3 superseded or out of time", async () => {
    const verdict = { reason: "R", message: "m", actions: 0, milliseconds: 1 } as const;
    const wait = async (
      outcome: "ready" | "failed" | "superseded" | undefined,
    ): Promise<number | undefined> =>
      (await convene(["wait"], { wait: async () => (outcome ? { ...verdict, outcome } : undefined) })).code;
    expect(await wait("ready")).to.equal(0);
    expect(await wait("failed")).to.equal(1);
    expect(await wait("superseded")).to.equal(3);
    expect(await wait(undefined)).to.equal(3);
    expect((await convene(["wait", "--timeout", "soon"])).err).to.include("--timeout soon is not a duration");
  });

  it("hands revision and timeout on", async () => {
    const asked: unknown[] = [];
    const wait: AgentClient["wait"] = async (revision, timeoutMs) => {
      asked.push(revision, timeoutMs);
      return undefined;
    };
    await convene(["wait", "--revision", "8c2e4f1", "--timeout", "90s"], { wait });
    expect(asked).to.deep.equal(["8c2e4f1", 90_000]);
    const wrong = await convene(["wait", "--revision", "nope"], { wait });
    expect(wrong.code).to.equal(1);
    expect(wrong.err).to.include("'nope' is invalid. expected a commit, or at least its first seven digits");
    expect(asked).to.have.length(2);
  });

  it("uses root's socket for confirm, suspend and resume, and only for those", async () => {
    expect((await convene(["confirm", "x"])).sockets).to.deep.equal(["admin"]);
    expect((await convene(["suspend", "--reason", "exam week"])).sockets).to.deep.equal(["admin"]);
    expect((await convene(["resume"])).sockets).to.deep.equal(["admin"]);
    for (const verb of [["status"], ["history"], ["events"], ["logs", "turn"], ["check"], ["reconcile"]]) {
      expect((await convene(verb)).sockets, verb[0]).to.deep.equal(["user"]);
    }
    expect((await convene(["confirm", "x"])).code).to.equal(1);
  });

  it("asks for a reason to suspend", async () => {
    const result = await convene(["suspend"]);
    expect(result.code).to.equal(1);
    expect(result.err).to.include("--reason");
  });

  it("prints logs without letting them drive the terminal", async () => {
    const result = await convene(["logs", "turn", "--lines", "7"]);
    expect(result.out).to.equal("turn 7\\u{1b}[2J\nsecond\n");
    expect((await convene(["logs", "turn", "--lines", "0"])).code).to.equal(1);
  });

  it("answers check with 2 when one fails", async () => {
    const result = {
      name: "tls",
      kind: "https",
      target: "x",
      ok: false,
      reason: "Expired",
      message: "since yesterday",
      hint: "renew it",
      severity: "critical",
      phases: [],
      evidence: { notAfter: "2026-01-01" },
      checkedAt: 0,
    } as const;
    const short = await convene(["check"], { check: async () => [result] });
    expect(short.code).to.equal(2);
    expect(short.out).to.equal("✗ tls  Expired: since yesterday  (0 ms)\n  → renew it\n");
    const phases = [1, 2].map((path) => ({ name: `path ${path}`, milliseconds: 6_000 }));
    const atOnce = { ...result, phases, milliseconds: 8_200 };
    expect((await convene(["check"], { check: async () => [atOnce] })).out).to.include("(8.2 s)");
    const long = await convene(["check", "tls", "--verbose"], {
      check: async (_name, transcript) => {
        transcript("> hello");
        return [result];
      },
    });
    expect(long.out).to.include("  | > hello\n").and.to.include("    notAfter: 2026-01-01\n");
  });

  it("says an error with its hint, or as JSON", async () => {
    const text = await convene(["status"], { status });
    expect(text.code).to.equal(1);
    expect(text.err).to.equal("✗ no answer\n  → start it\n");
    const json: unknown = JSON.parse((await convene(["status", "--json"], { status })).out);
    expect(json).to.have.nested.property("error.code", "AgentUnreachable");
  });

  it("takes --config before or after the verb", async () => {
    const paths: (string | undefined)[] = [];
    const loadSettings: CliDependencies["loadSettings"] = async (path) => {
      paths.push(path);
      return parseHostSettings("", "config.yaml", "/catalogue");
    };
    await convene(["--config", "/a", "status"], {}, { loadSettings });
    await convene(["status", "--config", "/b"], {}, { loadSettings });
    expect(paths).to.deep.equal(["/a", "/b"]);
  });

  it("hands init and uninstall their options", async () => {
    const seen: unknown[] = [];
    const init: CliDependencies["init"] = async (options, say) => {
      seen.push(options);
      say("  user convene  created");
    };
    const uninstall: CliDependencies["uninstall"] = async (_settings, options) => {
      seen.push(options);
    };
    const done = await convene(["init", "--authorized-key", "id.pub"], {}, { init });
    expect(done.out).to.equal("  user convene  created\n");
    await convene(["uninstall", "--keep-data"], {}, { uninstall });
    expect(seen).to.deep.equal([
      { configPath: undefined, keysFile: "id.pub", refresh: false },
      { keepData: true, purge: false },
    ]);
    expect((await convene(["uninstall", "--keep-data", "--purge"], {}, { uninstall })).code).to.equal(1);
  });

  it("prints its help, its version and its schema", async () => {
    const help = await convene(["--help"]);
    expect(help.code).to.equal(0);
    expect(help.out).to.include("Exit codes: 0 yes").and.not.to.include("hook");
    expect((await convene(["version"])).out).to.equal("convene 0.0.0-test\n");
    expect((await convene(["version", "--json"])).out).to.equal('{"version":"0.0.0-test"}\n');
    expect((await convene(["schema"])).out).to.equal("{}\n");
  });
});
