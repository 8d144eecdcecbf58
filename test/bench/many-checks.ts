/** What many checks cost: 200 of them every 30 s, of the kinds that a site has most of, with states, alerts and history. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { z } from "zod";
import { createCheckContext } from "../../src/checks/check-context.ts";
import type { DesiredCheck, DesiredContainer } from "../../src/model/desired-state.ts";
import { systemClock } from "../../src/system/clock.ts";
import { container } from "../lab/sample-site.ts";
import type { Figure } from "./figure.ts";
import { scheduleChecks } from "./scheduled-checks.ts";

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
  const server = spawn(process.execPath, [join(import.meta.dirname, "asked-server.ts")], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const over = new AbortController();
  try {
    const [line] = await once(createInterface(server.stdout), "line");
    const { ports, root } = serverLine.parse(JSON.parse(String(line)));
    const context = createCheckContext({ clock: systemClock, signal: over.signal, extraRoots: [root] });
    const scheduled = await scheduleChecks({ checks: manyChecks(ports), containers: containers() }, context);
    try {
      await systemClock.sleep(WARM_SECONDS * 1_000);
      const before = { cpu: process.cpuUsage(), at: performance.now(), looks: scheduled.looks };
      await systemClock.sleep(seconds * 1_000);
      const { user, system } = process.cpuUsage(before.cpu);
      const elapsed = performance.now() - before.at;
      const made = scheduled.looks - before.looks;
      const { failures } = scheduled;
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
      await scheduled.stop();
    }
  } finally {
    over.abort(new Error("over"));
    server.stdin.end();
  }
}

function containers(): readonly DesiredContainer[] {
  return Array.from({ length: CONTAINERS }, (_, number) =>
    container({ name: `container-${number}`, hostPart: 30 + number }),
  );
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
