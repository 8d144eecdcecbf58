/** Which accounts have to be made, changed or removed. */
import type { DesiredAccount, DesiredContainer } from "../model/desired-state.ts";
import type { ActualContainer } from "../observe/actual-state.ts";
import type { Action, Change } from "./action.ts";
import { actionId } from "./ids.ts";

/** Only accounts that convene made are ever removed: those in the record on the instance. */
export function planAccounts(
  container: DesiredContainer,
  accounts: readonly DesiredAccount[],
  found: ActualContainer | undefined,
  dependsOn: readonly string[],
): Action[] {
  const recorded = found?.record.accounts ?? {};
  const existing = found?.sweep?.accounts ? new Set(found.sweep.accounts) : undefined;
  const set = accounts.filter(
    ({ jid, fingerprint }) => recorded[jid] !== fingerprint || (existing !== undefined && !existing.has(jid)),
  );
  const wanted = new Set(accounts.map((account) => account.jid));
  const remove = Object.keys(recorded)
    .filter((jid) => !wanted.has(jid))
    .toSorted();
  if (set.length + remove.length === 0) return [];
  const drifted = set.length > 0 && set.every((account) => recorded[account.jid] === account.fingerprint);
  return [
    {
      kind: "apply-accounts",
      id: actionId.applyAccounts(container.name),
      subject: `accounts ${container.name}`,
      cause: drifted ? "drift" : "changed",
      reason: drifted ? "accounts are missing" : "accounts differ from the manifests",
      changes: [...set.map((account) => describeSet(account, recorded)), ...remove.map(describeRemoval)],
      disruption: set.some((account) => endsCalls(account, recorded, existing)) ? "calls" : "none",
      dependsOn,
      container,
      set,
      remove,
    },
  ];
}

/** A password that changes ends the sessions of its account; one that is made has none. */
function endsCalls(
  { jid, carriesCalls, fingerprint }: DesiredAccount,
  recorded: Readonly<Record<string, string>>,
  existing: ReadonlySet<string> | undefined,
): boolean {
  if (carriesCalls !== true || recorded[jid] === undefined || recorded[jid] === fingerprint) return false;
  return existing === undefined || existing.has(jid);
}

function describeSet(account: DesiredAccount, recorded: Readonly<Record<string, string>>): Change {
  const before = recorded[account.jid] === undefined ? {} : { before: "***" };
  return {
    field: account.jid,
    ...before,
    after: "***",
    ...(account.origin ? { origin: account.origin } : {}),
  };
}

function describeRemoval(jid: string): Change {
  return { field: jid, before: "exists" };
}
