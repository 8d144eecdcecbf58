/** Making and removing accounts through the chat server's own admin socket; passwords go through standard input. */
import { ACCOUNTS_KEY, encodeAccounts, readRecord } from "../../observe/instance-record.ts";
import type { Action } from "../../plan/action.ts";
import { ConveneError } from "../../system/errors.ts";
import type { ApplyContext } from "../apply-context.ts";

/** Put into the image by the catalogue; its protocol is described in manifests/jitsi/README.md. */
const ACCOUNTS_COMMAND = "/usr/local/lib/convene/prosody-accounts";
const DEADLINE_MS = 60_000;

export async function applyAccounts(
  action: Extract<Action, { kind: "apply-accounts" }>,
  context: ApplyContext,
): Promise<void> {
  const { name } = action.container;
  const lines = [
    ...action.set.map((account) => `set\t${account.jid}\t${account.password.reveal()}\n`),
    ...action.remove.map((jid) => `remove\t${jid}\n`),
  ];
  // Killed between making an account and recording it, a later pass must still know it as ours.
  await record(name, context, (accounts) => {
    for (const account of action.set) accounts[account.jid] = "";
  });
  const result = await context.lxd.exec(
    { instance: name, command: [ACCOUNTS_COMMAND], stdin: lines.join(""), timeoutMs: DEADLINE_MS },
    context.signal,
  );
  if (result.exitCode !== 0) {
    throw new ConveneError({
      code: "AccountsFailed",
      subject: action.subject,
      message: `the chat server refused: ${(result.stderr.trim() || result.stdout.trim()).slice(0, 500)}`,
      hint: `is Prosody running? \`convene logs ${name}\``,
      retryable: true,
    });
  }
  await record(name, context, (accounts) => {
    for (const account of action.set) accounts[account.jid] = account.fingerprint;
    for (const jid of action.remove) delete accounts[jid];
  });
}

async function record(
  name: string,
  context: ApplyContext,
  change: (accounts: Record<string, string>) => void,
): Promise<void> {
  const current = await context.lxd.instance(name);
  const accounts = { ...(current ? readRecord(current.config).accounts : {}) };
  change(accounts);
  await context.lxd.patchInstance(name, { config: { [ACCOUNTS_KEY]: encodeAccounts(accounts) } });
}
