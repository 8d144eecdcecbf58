/** What each receiver has still to be told. Pure. */
import type { DesiredReceiver } from "../model/desired-state.ts";
import { identityOf, type Notification } from "./alert.ts";

export type Outbox = ReadonlyMap<string, readonly Notification[]>;

/** Stands for receivers not known yet: the agent has just started and no manifests have been read. */
export const EVERYBODY = "*";

/** Messages a receiver may be behind; older ones give way. */
const MAXIMUM = 200;

export function addressed(
  outbox: Outbox,
  receivers: readonly DesiredReceiver[] | undefined,
  notifications: readonly Notification[],
): Outbox {
  const names = receivers?.map((receiver) => receiver.name) ?? [EVERYBODY];
  const next = new Map(outbox);
  for (const name of names) next.set(name, latest([...(outbox.get(name) ?? []), ...notifications]));
  return next;
}

/** Hands what waited for everybody to those who are known now; who is gone is told nothing more. */
export function readdressed(outbox: Outbox, receivers: readonly DesiredReceiver[]): Outbox {
  const waiting = outbox.get(EVERYBODY) ?? [];
  const entries = receivers.map(({ name }): [string, readonly Notification[]] => [
    name,
    latest([...(outbox.get(name) ?? []), ...waiting]),
  ]);
  return new Map(entries.filter(([, notifications]) => notifications.length > 0));
}

/** What remains once `sent` has been taken; what was added meanwhile stays. */
export function withoutSent(outbox: Outbox, receiver: string, sent: readonly Notification[]): Outbox {
  const next = new Map(outbox);
  const left = (outbox.get(receiver) ?? []).filter((one) => !sent.includes(one));
  if (left.length > 0) next.set(receiver, left);
  else next.delete(receiver);
  return next;
}

/** The newest of each alert: who was unreachable wants to know how things are, not each turn they took. */
function latest(notifications: readonly Notification[]): readonly Notification[] {
  const newest = new Map<string, Notification>();
  for (const one of notifications) {
    newest.delete(identityOf(one));
    newest.set(identityOf(one), one);
  }
  return [...newest.values()].slice(-MAXIMUM);
}
