/** What many checks cost: 200 of them every 30 s, of the kinds that a site has most of, with states, alerts and history. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { z } from "zod";
import { createCheckWatch } from "../../src/agent/check-watch.ts";
import { createAlerts } from "../../src/alerts/create-alerts.ts";
import { createCheckContext } from "../../src/checks/check-context.ts";
import { limitCheckRuns } from "../../src/checks/check-runs.ts";
import { runCheck } from "../../src/checks/registry.ts";
import type { DesiredCheck } from "../../src/model/desired-state.ts";
import { openCheckMemory } from "../../src/status/check-memory.ts";
import { createStatusStore } from "../../src/status/status-store.ts";
import { systemClock } from "../../src/system/clock.ts";
import { container, state } from "../lab/sample-site.ts";
import { silentLogger } from "../lab/silent-logger.ts";
import type { Figure } from "./figure.ts";

const CHECKS = 200;
const INTERVAL_SECONDS = 30;
/** The first looks, and what is compiled with them, are not counted. */
const WARM_SECONDS = 35;
const TARGET_PERCENT = 3;
const CONTAINERS = 10;

const serverLine = z.object({
  ports: z.object({ http: z.number(), tls: z.number() }),
  root: z.string(),
});

export async function measureManyChecks(seconds: number): Promise<readonly Figure[]> {
  const directory = await mkdtemp(join(tmpdir(), "convene-bench-"));
  const server = spawn(process.execPath, [join(import.meta.dirname, "asked-server.ts")], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const stop = new AbortController();
  try {
    const [line] = await once(createInterface(server.stdout), "line");
    const { ports, root } = serverLine.parse(JSON.parse(String(line)));
    const { ran, looks, failures } = await startChecks(directory, manyChecks(ports), root, stop.signal);
    await systemClock.sleep(WARM_SECONDS * 1_000);
    const before = { cpu: process.cpuUsage(), at: performance.now(), looks: looks() };
    await systemClock.sleep(seconds * 1_000);
    const { user, system } = process.cpuUsage(before.cpu);
    const elapsed = performance.now() - before.at;
    const made = looks() - before.looks;
    stop.abort(new Error("measured"));
    await ran;
    // What fails at once costs nothing.
    if (failures.length > 0) throw new Error(`${failures.length} checks failed, the first ${failures[0]}`);
    return [
      {
        name: `${CHECKS} checks every ${INTERVAL_SECONDS} s`,
        measured: (100 * (user + system)) / 1_000 / elapsed,
        target: TARGET_PERCENT,
        unit: "% of a core",
        note: `${made} looks in ${(elapsed / 1_000).toFixed(0)} s: TLS, HTTPS, HTTP and TCP`,
      },
    ];
  } finally {
    stop.abort(new Error("over"));
    server.stdin.end();
    await rm(directory, { recursive: true, force: true });
  }
}

function manyChecks(ports: { readonly http: number; readonly tls: number }): readonly DesiredCheck[] {
  const at = { host: "bench.test", address: "127.0.0.1" };
  const sorts = [
    { kind: "tls", spec: { ...at, port: ports.tls } },
    { kind: "http", spec: { ...at, port: ports.tls } },
    { kind: "http", spec: { ...at, port: ports.http, scheme: "http" } },
    { kind: "tcp", spec: { ...at, port: ports.http } },
  ];
  return Array.from({ length: CHECKS }, (_, number) => ({
    name: `check-${number}`,
    intervalSeconds: INTERVAL_SECONDS,
    container: `container-${number % CONTAINERS}`,
    ...(sorts[number % sorts.length] ?? { kind: "", spec: {} }),
  }));
}

/** As the agent has them, without LXD: nothing of what they stand on is asked while they hold. */
async function startChecks(
  directory: string,
  checks: readonly DesiredCheck[],
  root: string,
  signal: AbortSignal,
): Promise<{
  readonly ran: Promise<void>;
  readonly looks: () => number;
  readonly failures: readonly string[];
}> {
  const logger = silentLogger;
  const context = createCheckContext({ clock: systemClock, signal, extraRoots: [root] });
  const alerts = await createAlerts({
    logFile: join(directory, "alerts.json"),
    clock: systemClock,
    logger,
    random: Math.random,
    signal,
  });
  const failures: string[] = [];
  let looks = 0;
  const watch = createCheckWatch({
    clock: systemClock,
    logger,
    random: Math.random,
    signal,
    runCheck: limitCheckRuns({
      isHeavy: () => false,
      run: (check, until, transcript) =>
        runCheck(check, { ...context, signal: until, transcript: transcript ?? context.transcript }),
    }),
    rungs: { ask: async () => undefined, ofPass: () => [] },
    memory: await openCheckMemory({
      path: join(directory, "checks.json"),
      clock: systemClock,
      logger,
      signal,
    }),
    onLook: ({ result }) => {
      if (!result.ok) failures.push(`${result.name}: ${result.message}`);
      looks += 1;
      alerts.observe(status.current());
    },
    onTrouble: () => undefined,
  });
  const status = createStatusStore(systemClock, () => watch.statuses());
  const containers = Array.from({ length: CONTAINERS }, (_, number) =>
    container({ name: `container-${number}`, hostPart: 30 + number }),
  );
  watch.configure(state({ containers, checks }));
  return { ran: watch.run(), looks: () => looks, failures };
}
