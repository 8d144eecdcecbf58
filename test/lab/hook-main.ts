/** The command line as a process of its own, so that git can start the hooks in tests. */
import { runProgram } from "../../src/cli/program.ts";
import { readStdin } from "../../src/cli/read-stdin.ts";
import { createTestCli } from "./cli-dependencies.ts";

const uid = Number(process.env["CONVENE_TEST_UID"] ?? process.getuid?.() ?? -1);

await runProgram(
  createTestCli({
    setExitCode: (code) => {
      process.exitCode = code;
    },
    hook: {
      environment: process.env,
      stdin: async () => readStdin(process.stdin),
      uid,
      hostname: "host.example",
    },
  }),
  process.argv.slice(2),
);
