/** Finds out by protocol why a fresh credential is refused with 401: a wrong secret, or a clock that is ahead. */
import { CheckFailure, CheckRun } from "../check-run.ts";
import type { Secret } from "../../system/secret.ts";
import { CREDENTIAL_SECONDS, mintForCheck } from "./credential-source.ts";
import type { TurnServer } from "./open-turn-channel.ts";
import type { TurnReason } from "./turn-reasons.ts";
import { withAllocation } from "./with-allocation.ts";

const HOUR = 3_600;
const DAY = 86_400;
const MONTH = 30 * DAY;
/** Beyond any clock that is only wrong; a 32-bit time holds it. */
const FAR = 5 * 365 * DAY;

/**
 * coturn answers 401 both to a password it cannot make and to a name whose expiry its clock has passed. A name that
 * expires in years tells them apart; two more say by how much the clock is ahead. At most three allocations, one
 * after another, each given back.
 */
export async function explainRefusal(
  refusal: CheckFailure,
  server: TurnServer,
  secret: Secret,
  run: CheckRun,
): Promise<CheckFailure> {
  const takes = (lifetimeSeconds: number): Promise<boolean> => isTaken(server, secret, lifetimeSeconds, run);
  return await run.phase("explain", async () => {
    try {
      if (!(await takes(FAR))) {
        return failure("wrong_secret", "the server refuses every credential made from this secret", {
          errorCode: 401,
        });
      }
      const [least, most] = await bounds(takes);
      const message =
        `the server refuses a credential that is good for 5 minutes, and takes one that is good for longer: ` +
        `its clock is ${spell(least)} to ${spell(most)} ahead of ours`;
      return failure("clock_ahead", message, {
        clockAheadAtLeastSeconds: least,
        clockAheadAtMostSeconds: most,
      });
    } catch (error) {
      if (!(error instanceof CheckFailure)) throw error;
      run.say(`why it was refused cannot be told: ${error.message}`);
      return refusal;
    }
  });
}

/** Seconds between which the server's clock is ahead. */
async function bounds(
  takes: (lifetimeSeconds: number) => Promise<boolean>,
): Promise<readonly [number, number]> {
  if (await takes(DAY)) return (await takes(HOUR)) ? [CREDENTIAL_SECONDS, HOUR] : [HOUR, DAY];
  return (await takes(MONTH)) ? [DAY, MONTH] : [MONTH, FAR];
}

/** Whatever the server says after it knows who asks, it has taken the credential. */
async function isTaken(
  server: TurnServer,
  secret: Secret,
  lifetimeSeconds: number,
  run: CheckRun,
): Promise<boolean> {
  const credential = mintForCheck(secret, run.context.clock.now(), lifetimeSeconds);
  run.say(`once more with a credential that is good for ${spell(lifetimeSeconds)}`);
  // Its phases are told as one.
  const attempt = new CheckRun(run.context, run.signal);
  try {
    return await withAllocation(server, { credential }, attempt, () => Promise.resolve(true));
  } catch (error) {
    const code = error instanceof CheckFailure ? error.evidence["errorCode"] : undefined;
    if (code === 401) return false;
    if (code === 403 || code === 486 || code === 508) return true;
    throw error;
  }
}

function spell(seconds: number): string {
  if (seconds >= 365 * DAY) return count(seconds / 365 / DAY, "year");
  if (seconds >= DAY) return count(seconds / DAY, "day");
  if (seconds >= HOUR) return count(seconds / HOUR, "hour");
  return count(seconds / 60, "minute");
}

function count(number: number, unit: string): string {
  return `${number} ${unit}${number === 1 ? "" : "s"}`;
}

function failure(
  reason: TurnReason,
  message: string,
  evidence: Record<string, number>,
): CheckFailure<TurnReason> {
  return new CheckFailure(reason, message, { evidence });
}
