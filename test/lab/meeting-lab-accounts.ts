/** The accounts of the meeting lab, made by the script that the agent runs. */
import type { DesiredAccount } from "../../src/model/desired-state.ts";
import type { LabContainer } from "./meeting-lab-containers.ts";
import { runProgram } from "./programs.ts";

export interface LabAccounts {
  setPassword(jid: string, password: string): Promise<void>;
  /** Makes them all as the site wants them; nothing to do while nobody changed one. */
  restore(): Promise<void>;
}

/** Prosody must run. */
export async function labAccounts(
  jitsi: LabContainer,
  desired: readonly DesiredAccount[],
): Promise<LabAccounts> {
  const wanted = new Map(desired.map(({ jid, password }) => [jid, password.reveal()]));
  const changed = new Set<string>();

  /** The sessions of who gets another password end with the old one. */
  async function set(accounts: Iterable<readonly [string, string]>): Promise<void> {
    const input = [...accounts].map(([jid, password]) => `set\t${jid}\t${password}\n`).join("");
    const command = jitsi.inside(["/usr/local/lib/convene/prosody-accounts"]);
    const { code, stdout, stderr } = await runProgram(command, { input });
    if (code !== 0) throw new Error(`accounts: ${stdout}${stderr}`);
  }

  await set(wanted);
  return {
    setPassword: async (jid, password) => {
      changed.add(jid);
      await set([[jid, password]]);
    },
    restore: async () => {
      if (changed.size > 0) await set([...wanted].filter(([jid]) => changed.has(jid)));
      changed.clear();
    },
  };
}
