/** Runs one stage's tests, as .mocharc.json has it for a file run by hand, and writes how many passed, failed and were skipped: `run-stage.ts FOLDER FILE`. */
import { globSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import Mocha from "mocha";
import settings from "../.mocharc.json" with { type: "json" };

const ROOT = join(import.meta.dirname, "..");
/** A test that leaves something open would keep the process for ever: it is ended, and counts as a failure. */
const LINGER_MS = 30_000;

interface Counts {
  passed: number;
  failed: number;
  skipped: number;
}

async function runStage(folder: string, countsFile: string): Promise<void> {
  const mocha = new Mocha({
    reporter: "spec",
    timeout: settings.timeout,
    forbidOnly: settings["forbid-only"],
    forbidPending: settings["forbid-pending"],
  });
  for (const file of globSync(`${folder}/**/*.test.ts`, { cwd: join(ROOT, "test") }).toSorted()) {
    mocha.addFile(join(ROOT, "test", file));
  }
  await mocha.loadFilesAsync();
  const counts: Counts = { passed: 0, failed: 0, skipped: 0 };
  const { promise: ended, resolve } = Promise.withResolvers<void>();
  const runner = mocha.run(() => resolve());
  runner.on("pass", () => (counts.passed += 1));
  runner.on("fail", () => (counts.failed += 1));
  runner.on("pending", () => (counts.skipped += 1));
  await ended;
  const write = (): void =>
    writeFileSync(countsFile, `${counts.passed} ${counts.failed} ${counts.skipped}\n`);
  write();
  process.exitCode = counts.failed > 0 ? 1 : 0;
  const lingering = setTimeout(() => {
    process.stderr.write(`✗ stage ${folder}: something still runs after the last test\n`);
    counts.failed += 1;
    write();
    process.exit(1);
  }, LINGER_MS);
  lingering.unref();
}

const [folder = "unit", countsFile = "/dev/null"] = process.argv.slice(2);
await runStage(folder, countsFile);
