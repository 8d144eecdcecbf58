/** What can be seen of an installed convene on a host in a container: its unit, its status, its containers. */
import { z } from "zod";
import { statusAnswer } from "../../src/control/answers.ts";
import type { NestedHost } from "./nested-lab.ts";

export const UNIT = "convene.service";

const containersSchema = z.array(z.object({ name: z.string(), state: z.object({ pid: z.number() }) }));

export interface InstalledHost {
  /** A property of the agent's unit (systemctl(1), show). */
  unit(property: string): Promise<string>;
  isReady(): Promise<boolean>;
  /** Process ids of the containers by name: the same ones mean that nothing was restarted. */
  containers(): Promise<Readonly<Record<string, number>>>;
  /** Asks for a pass and answers what it said; throws unless it ends Ready. */
  reconcile(): Promise<string>;
  /** Milliseconds from the process's start to READY, of a restart done for it. */
  timeToReady(): Promise<number>;
}

const PASS_DEADLINE_MS = 90_000;

export function installedHost(host: NestedHost): InstalledHost {
  const unit = async (property: string): Promise<string> =>
    (await host.run(`systemctl show ${UNIT} --property=${property} --value`)).trim();
  return {
    unit,
    isReady: async () => {
      const { exitCode, output } = await host.attempt("convene status --json");
      if (exitCode === 1) return false;
      const { conditions } = statusAnswer.parse(JSON.parse(output));
      return conditions.some(({ type, status }) => type === "Ready" && status === "True");
    },
    containers: async () => {
      const answer = await host.run("lxc query '/1.0/instances?recursion=2&project=convene'");
      const found = containersSchema.parse(JSON.parse(answer));
      return Object.fromEntries(found.map(({ name, state }) => [name, state.pid]));
    },
    reconcile: async () => await host.run("convene reconcile --wait --timeout 60s", PASS_DEADLINE_MS),
    timeToReady: async () => {
      await host.run(`systemctl restart ${UNIT}`);
      const [started, ready] = await Promise.all(
        ["ExecMainStartTimestampMonotonic", "ActiveEnterTimestampMonotonic"].map(unit),
      );
      return (Number(ready) - Number(started)) / 1000;
    },
  };
}
