/** The command line's dependencies for tests: real sockets, repository and settings; a small stand-in validation. */
import { createAgentClient } from "../../src/control/client.ts";
import { type HostSettings, socketPaths } from "../../src/config/host-settings.ts";
import { loadHostSettings } from "../../src/config/load-host-settings.ts";
import type { CliDependencies } from "../../src/cli/cli-dependencies.ts";
import type { Diagnostic } from "../../src/manifests/diagnostic.ts";
import type { TreeFile } from "../../src/control/agent-api.ts";
import { readFolder } from "../../src/source/read-folder.ts";
import { openRepository } from "../../src/source/repository.ts";
import { systemClock } from "../../src/system/clock.ts";

export type TestCli = CliDependencies & { readonly exitCode: () => number | undefined };

/** Every line that starts with `wrong` is an error. */
async function validateWrongLines(
  tree: readonly TreeFile[],
): Promise<{ readonly diagnostics: readonly Diagnostic[] }> {
  const diagnostics = tree.flatMap((file) =>
    Buffer.from(file.content)
      .toString("utf8")
      .split("\n")
      .flatMap((text, index) =>
        text.startsWith("wrong")
          ? [
              {
                code: "Wrong",
                message: `found ${text}`,
                hint: "write right",
                location: place(file.path, index),
              },
            ]
          : [],
      ),
  );
  return { diagnostics };
}

function place(file: string, index: number): Diagnostic["location"] {
  return { file, line: index + 1, column: 1 };
}

async function refuse(): Promise<never> {
  throw new Error("not in this test");
}

export function createTestCli(overrides: Partial<CliDependencies> = {}): TestCli {
  let code: number | undefined;
  return {
    version: "0.0.0-test",
    stdout: process.stdout,
    stderr: process.stderr,
    paper: { colours: false, columns: 80, live: false },
    clock: systemClock,
    signal: new AbortController().signal,
    workingDirectory: process.cwd(),
    setExitCode: (value) => {
      code = value;
    },
    exitCode: () => code,
    loadSettings: async (path): Promise<HostSettings> =>
      loadHostSettings({ path, shippedCatalogue: "/nonexistent" }),
    agent: (settings, kind) => createAgentClient(socketPaths(settings)[kind]),
    repository: (settings, quarantine) =>
      openRepository({
        gitDirectory: settings.repository,
        branch: settings.branch,
        ...(quarantine ? { quarantine } : {}),
      }),
    readFolder: async (folder) => readFolder(folder),
    validate: validateWrongLines,
    schema: async () => ({}),
    run: refuse,
    init: refuse,
    uninstall: refuse,
    hook: {
      environment: process.env,
      stdin: async () => "",
      uid: process.getuid?.() ?? -1,
      hostname: "host.example",
    },
    doctor: { password: undefined, askSecret: refuse, readFile: refuse, examine: refuse },
    ...overrides,
  };
}
