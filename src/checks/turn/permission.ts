/** What the refusal of a permission or a channel means. */
import { CheckFailure } from "../check-run.ts";
import { describeError, type StunError } from "../stun/stun-message.ts";
import type { TurnReason } from "./turn-reasons.ts";

/** Throws `forbidden_peer` or `permission_failed` unless there is no refusal. coturn answers 403 for a denied peer. */
export function judgePermission(refusal: StunError | undefined, peer: string): void {
  if (refusal === undefined) return;
  const reason: TurnReason = refusal.code === 403 ? "forbidden_peer" : "permission_failed";
  throw new CheckFailure<TurnReason>(reason, `no permission for ${peer}: ${describeError(refusal)}`, {
    evidence: { peer, errorCode: refusal.code },
  });
}
