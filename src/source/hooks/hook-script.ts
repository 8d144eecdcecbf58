/** The hook files in the repository: one line of sh that starts convene. */

export const HOOK_KINDS = ["pre-receive", "post-receive"] as const;
export type HookKind = (typeof HOOK_KINDS)[number];

/**
 * @param launcher absolute command and arguments that start convene: `["/usr/bin/convene"]`,
 *   `["/usr/bin/node", "/srv/convene/src/main.ts", "--config", "/etc/other.yaml"]`.
 */
export function hookScript(kind: HookKind, launcher: readonly string[]): string {
  const command = [...launcher, "hook", kind].map(quote).join(" ");
  return `#!/bin/sh\n# Written by \`convene init\`, which puts it back when it differs.\nexec ${command}\n`;
}

function quote(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
