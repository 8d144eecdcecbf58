/** Reasons of the STUN exchanges that `stun`, `turn` and `bridge` share. */
import type { ReasonTable } from "../check-kind.ts";

export const stunReasons = {
  no_answer: {
    severity: "critical",
    hint: "nothing answers: over UDP the port must be among the container's `publicPorts`, and no firewall in front may drop it; over TCP and TLS something accepts the connection that is no TURN server (convene check host names who holds the port)",
  },
  bad_answer: {
    severity: "critical",
    hint: "something else answers on this port: convene check host names who holds it",
  },
} as const satisfies ReasonTable<string>;

export type StunReason = keyof typeof stunReasons;
