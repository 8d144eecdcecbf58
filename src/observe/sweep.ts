/** Looks inside one container by one bounded exec: digests of our files, units that should run, accounts. */
import type { Lxd } from "../lxd/lxd.ts";
import type { DesiredContainer } from "../model/desired-state.ts";
import { fileDigest } from "../model/file-digest.ts";
import { ConveneError } from "../system/errors.ts";
import type { ContainerRecord, ContainerSweep } from "./actual-state.ts";

const DEADLINE_MS = 20_000;

/**
 * Reads paths from standard input after a line of units; prints `file`, `unit` and `account` lines. `ok list` ends a list
 * of accounts: without it a chat server that does not answer would look like one without accounts. It would be waited for
 * if it did not run, so it is asked only while every unit does.
 */
const SCRIPT = `
read -r units
stopped=
for unit in $units; do
  systemctl is-active --quiet "$unit" || { stopped=yes; printf 'unit\\t%s\\n' "$unit"; }
done
while IFS= read -r path; do
  [ -f "$path" ] || continue
  sum=$(sha256sum < "$path" | cut -d' ' -f1)
  printf 'file\\t%s\\t%s\\t%s\\n' "$sum" "$(stat -c '%U:%G:%a' "$path")" "$path"
done
if [ -x /usr/local/lib/convene/prosody-accounts ] && [ "$1" = accounts ] && [ -z "$stopped" ]; then
  printf 'list\\n' | /usr/local/lib/convene/prosody-accounts | sed -n '/^account\\t/p; /^ok\\tlist\\t/p'
fi
`;

/** Throws `SweepFailed`, or LXD's own error when the container cannot be looked into (stopped meanwhile). */
export async function sweepContainer(
  lxd: Lxd,
  container: DesiredContainer,
  record: ContainerRecord,
  withAccounts: boolean,
  signal: AbortSignal,
): Promise<ContainerSweep> {
  const paths = [...new Set([...container.files.map((file) => file.path), ...Object.keys(record.files)])];
  const result = await lxd.exec(
    {
      instance: container.name,
      command: ["sh", "-c", SCRIPT, "sweep", withAccounts ? "accounts" : "none"],
      stdin: `${container.services.map((unit) => unit.name).join(" ")}\n${paths.map((path) => `${path}\n`).join("")}`,
      timeoutMs: DEADLINE_MS,
    },
    signal,
  );
  if (result.exitCode !== 0) {
    throw new ConveneError({
      code: "SweepFailed",
      subject: `container/${container.name}`,
      message: `looking inside failed with exit code ${result.exitCode}: ${result.stderr.trim()}`,
      hint: `see \`convene logs ${container.name}\``,
      retryable: true,
    });
  }
  return parseSweep(result.stdout);
}

/** Parses the script's lines; unknown lines are ignored. */
function parseSweep(output: string): ContainerSweep {
  const files: Record<string, string> = {};
  const stoppedUnits: string[] = [];
  const accounts: string[] = [];
  let listed = false;
  for (const line of output.split("\n")) {
    const [kind, first = "", second = "", third = ""] = line.split("\t");
    if (kind === "unit") stoppedUnits.push(first);
    if (kind === "account") accounts.push(first);
    if (kind === "ok" && first === "list") listed = true;
    if (kind === "file") {
      const [owner = "", group = "", mode = ""] = second.split(":");
      files[third] = fileDigest({ contentHash: first, owner, group, mode });
    }
  }
  return { files, stoppedUnits, ...(listed ? { accounts } : {}) };
}
