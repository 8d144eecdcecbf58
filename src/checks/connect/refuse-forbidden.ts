/** Keeps a check from an address that its context's ContactPolicy refuses. */
import { CheckFailure, type CheckRun } from "../check-run.ts";
import type { ConnectReason } from "./connect-reasons.ts";

/** Fails with `address_refused`. Called with the address that is really connected to, after every resolution. */
export function refuseForbidden(address: string, run: CheckRun): void {
  const refusal = run.context.contacts?.refusal(address);
  if (refusal === undefined) return;
  const message = `${address} is not contacted: ${refusal}`;
  run.say(message);
  throw new CheckFailure<ConnectReason>("address_refused", message, { evidence: { address } });
}
