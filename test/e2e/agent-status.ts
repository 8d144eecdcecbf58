/** Waiting for what an agent says of itself. */
import { expect } from "chai";
import type { AgentClient } from "../../src/control/client.ts";
import type { Status } from "../../src/status/status.ts";
import { systemClock } from "../../src/system/clock.ts";
import { pollUntil } from "../../src/system/retry.ts";

const STATUS_MS = 90_000;

export function isReady(status: Pick<Status, "conditions">): boolean {
  return status.conditions.some(({ type, status: value }) => type === "Ready" && value === "True");
}

/** Throws with the last status when the one that is waited for does not come. */
export async function awaitStatus(
  client: AgentClient,
  matches: (status: Status) => boolean,
): Promise<Status> {
  const look = async (): Promise<Status | undefined> => {
    const status = await client.status();
    return matches(status) ? status : undefined;
  };
  const found = await pollUntil(look, { clock: systemClock, intervalMs: 50, timeoutMs: STATUS_MS });
  if (found) return found;
  throw new Error(`the status does not come; it is ${JSON.stringify(await client.status(), null, 1)}`);
}

/** Ready, with nothing left to plan. */
export async function awaitSettled(client: AgentClient): Promise<void> {
  await awaitStatus(client, isReady);
  expect((await client.plan(undefined)).plan.actions).to.deep.equal([]);
}
