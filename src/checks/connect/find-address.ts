/** Where a check connects to: the address it names, or the first one its host name resolves to. */
import { isIP } from "node:net";
import { untilAborted } from "../../system/until-aborted.ts";
import { CheckFailure, type CheckRun } from "../check-run.ts";
import type { ConnectReason } from "./connect-reasons.ts";

export interface Target {
  readonly host: string;
  readonly address?: string | undefined;
}

/** Fails with `resolve_failed`. */
export async function findAddress(target: Target, run: CheckRun): Promise<string> {
  const given = target.address ?? (isIP(target.host) === 0 ? undefined : target.host);
  if (given !== undefined) return given;
  const found = await run.phase("resolve", () => lookUp(target.host, run));
  run.say(`resolve ${target.host}: ${found.join(", ")}`);
  const [first] = found;
  if (first === undefined) {
    throw new CheckFailure<ConnectReason>("resolve_failed", `${target.host} has no address`);
  }
  return first;
}

async function lookUp(host: string, run: CheckRun): Promise<readonly string[]> {
  try {
    // The system's resolver cannot be stopped.
    return await untilAborted(run.context.resolve(host), run.signal);
  } catch (cause) {
    run.signal.throwIfAborted();
    const words = cause instanceof Error ? cause.message : String(cause);
    const message = `${host} does not resolve: ${words}`;
    throw new CheckFailure<ConnectReason>("resolve_failed", message, { cause });
  }
}
