/** An allocation on a connection of its own, given back whatever happens. */
import type { CheckRun } from "../check-run.ts";
import type { TurnCredential } from "../stun/credentials.ts";
import { StunClient } from "../stun/stun-client.ts";
import type { AllocationWish } from "./allocation-wish.ts";
import { fromAnotherPort } from "./from-another-port.ts";
import { openTurnChannel, type TurnServer } from "./open-turn-channel.ts";
import { type Challenge, requestChallenge } from "./turn-challenge.ts";
import { type Allocation, TurnSession } from "./turn-session.ts";

export interface OpenAllocation {
  readonly client: StunClient;
  readonly session: TurnSession;
  readonly allocation: Allocation;
}

export interface AllocationRequest {
  readonly credential: TurnCredential;
  readonly wish?: AllocationWish;
  /** May refuse the challenge before the credential is shown. */
  readonly judge?: (challenge: Challenge) => void;
}

/** Phases: those of the connection, `challenge`, `allocate`, those of `use`, `release`. Fails with any reason of TURN. */
export async function withAllocation<T>(
  server: TurnServer,
  request: AllocationRequest,
  run: CheckRun,
  use: (open: OpenAllocation) => Promise<T>,
): Promise<T> {
  return await fromAnotherPort(run, async () => {
    const client = new StunClient(await openTurnChannel(server, run), run);
    try {
      const challenge = await run.phase("challenge", () => requestChallenge(client, run));
      request.judge?.(challenge);
      const session = new TurnSession(client, request.credential, challenge, run);
      try {
        const allocation = await run.phase("allocate", () => session.allocate(request.wish));
        return await use({ client, session, allocation });
      } finally {
        await run.phase("release", () => session.release());
      }
    } finally {
      client.close();
    }
  });
}
