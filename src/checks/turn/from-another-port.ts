/** By chance the system hands out a port whose earlier allocation coturn still remembers (RFC 8656 section 7.3): once more. */
import { CheckFailure, type CheckRun } from "../check-run.ts";
import type { TurnReason } from "./turn-reasons.ts";

const ATTEMPTS = 3;

/** `work` opens a connection of its own; it is repeated while it fails with `address_in_use`, three times in all. */
export async function fromAnotherPort<T>(run: CheckRun, work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      if (!portCollided(error) || attempt === ATTEMPTS) throw error;
      run.say("once more from another port");
    }
  }
}

function portCollided(error: unknown): boolean {
  return error instanceof CheckFailure && error.reason === ("address_in_use" satisfies TurnReason);
}
