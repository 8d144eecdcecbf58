/** The way to a bridge through a TURN relay, as participants take it whose network lets nothing else through. */
import { CheckFailure, CheckRun } from "../check-run.ts";
import { findAddress } from "../connect/find-address.ts";
import { mediaReasons } from "../media/media-reasons.ts";
import type { MediaTransport } from "../media/media-transport.ts";
import { findRelayWay, type RelayWay } from "../media/relay-way.ts";
import { mintTurnCredential } from "../stun/credentials.ts";
import { openRelayPath, type RelayPath } from "../turn/relay-path.ts";
import type { BridgeTurn } from "./bridge-spec.ts";

const USER = "convene-check";
const CREDENTIAL_SECONDS = 300;

/**
 * Undefined when the relay itself is not to be had, which is its own check's finding and no fault of the bridge's;
 * the evidence `relay` says why. The caller closes the path.
 */
export async function openBridgeRelay(turn: BridgeTurn, run: CheckRun): Promise<RelayPath | undefined> {
  // Its phases are the turn check's; here it is one.
  const inner = new CheckRun(run.context, run.signal);
  try {
    const secret = await run.context.secret(turn.secret);
    const credential = mintTurnCredential(secret, USER, run.context.clock.now(), CREDENTIAL_SECONDS);
    const address = await findAddress(turn, inner);
    return await openRelayPath({ ...turn, address, credential }, inner);
  } catch (error) {
    run.signal.throwIfAborted();
    noteUntested(error, run);
    return undefined;
  }
}

/** Fails with a MediaReason; undefined when it is the relay that ended or does not want to, as above. */
export async function findBridgeRelayWay(
  path: RelayPath,
  transport: MediaTransport,
  run: CheckRun,
): Promise<RelayWay | undefined> {
  try {
    return await findRelayWay(path, transport, run);
  } catch (error) {
    run.signal.throwIfAborted();
    if (!(error instanceof CheckFailure)) throw error;
    if (path.failure === undefined && error.reason in mediaReasons) throw error;
    noteUntested(path.failure ?? error, run);
    return undefined;
  }
}

/** Why the evidence says nothing of this way. */
export function noteUntested(error: unknown, run: CheckRun): void {
  const words = error instanceof CheckFailure ? `${error.reason}: ${error.message}` : String(error);
  run.note({ relay: `not tested, ${words}` });
}
