/** Reasons of a plain binding, beside those of every STUN exchange. */
import type { ReasonTable } from "../check-kind.ts";

export const bindingReasons = {
  wrong_source: {
    severity: "critical",
    hint: "the server answers from another address than it was asked at, which every client drops: it has several addresses; write the right one as `listening-ip` in turnserver.conf, or correct the NAT in front",
  },
  redirected: {
    severity: "critical",
    hint: "the server sends clients to another one, which is not followed: remove `alternate-server` from its configuration, or check that server",
  },
  wrong_reflexive_address: {
    severity: "warning",
    hint: "the server sees another address than people come from: something in front of it changes the source (a proxy instead of NAT), so that no direct connection between people comes about",
  },
} as const satisfies ReasonTable<string>;

export type BindingReason = keyof typeof bindingReasons;
