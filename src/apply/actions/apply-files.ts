/** Files of one container: staged, tested, moved into place together, then their services told. */
import { INSTALLING_KEY, encodeFiles, readRecord, unfinished } from "../../observe/instance-record.ts";
import type { Action, FileWrite } from "../../plan/action.ts";
import { Secret, revealed } from "../../system/secret.ts";
import type { ApplyContext } from "../apply-context.ts";
import { execStep } from "./exec-step.ts";
import { react } from "./file-reactions.ts";

type ApplyFiles = Extract<Action, { kind: "apply-files" }>;

const STAGE = "/var/lib/convene/stage";
const STEP_MS = 60_000;

/**
 * Makes room and fills it by one command, since each costs LXD some tens of milliseconds. On standard input each file
 * has a line with its size in bytes and its staged path, and then its content. systemd's private socket is waited for
 * because before it `systemctl` fails with "Failed to connect to bus" (lab.md 2).
 */
const FILL = `
set -eu
umask 077
waited=0
until [ -S /run/systemd/private ]; do
  [ "$waited" -lt 600 ] || { echo "systemd did not come up within 60 s" >&2; exit 1; }
  waited=$((waited + 1)); sleep 0.1
done
rm -rf ${STAGE}
mkdir -p -m 0755 /var/lib/convene
mkdir -m 0711 ${STAGE}
while IFS=' ' read -r size path; do head -c "$size" >"$path"; done
`;
const FILL_MS = 120_000;

/**
 * A line per file on standard input: staged path, owner, group, mode, target. Each target is replaced by a rename on
 * its own file system, so that nobody reads half a file.
 */
const INSTALL = `
set -eu
while IFS='\t' read -r staged owner group mode target; do
  mkdir -p "$(dirname "$target")"
  install -o "$owner" -g "$group" -m "$mode" "$staged" "$target.convene-new"
  mv -f "$target.convene-new" "$target"
done
rm -rf ${STAGE}
`;
const REMOVE = `set -eu; while IFS= read -r path; do rm -f "$path"; done`;

/**
 * What is running keeps its old files when a test fails. The record on the instance is written last: killed before,
 * the next pass does the same again.
 */
export async function applyFiles(action: ApplyFiles, context: ApplyContext): Promise<void> {
  const { name } = action.container;
  await stage(name, action.writes, context);
  await validate(name, action.writes, context);
  await announce(name, action.writes, context);
  await install(name, action.writes, context);
  if (action.removals.length > 0) {
    await execStep(
      {
        instance: name,
        command: ["sh", "-c", REMOVE],
        stdin: action.removals.map((path) => `${path}\n`).join(""),
        timeoutMs: STEP_MS,
        code: "FileRemovalFailed",
        failure: "removing files failed",
        hint: `see \`convene logs ${name}\``,
      },
      context,
    );
  }
  await react(action, context);
  await record(action, context);
}

function stagedPath(index: number, write: FileWrite): string {
  return `${STAGE}/${index}-${write.file.path.slice(write.file.path.lastIndexOf("/") + 1)}`;
}

async function stage(instance: string, writes: readonly FileWrite[], context: ApplyContext): Promise<void> {
  if (writes.length === 0) return;
  const parts = writes.map((write, index) => {
    const content = revealed(write.file.content);
    return `${Buffer.byteLength(content)} ${stagedPath(index, write)}\n${content}`;
  });
  await execStep(
    {
      instance,
      command: ["sh", "-c", FILL],
      stdin: parts.join(""),
      timeoutMs: FILL_MS,
      code: "StagingFailed",
      failure: "the new files could not be brought in",
      hint: "is the container's disk full? `convene check host`",
    },
    context,
  );
}

async function validate(
  instance: string,
  writes: readonly FileWrite[],
  context: ApplyContext,
): Promise<void> {
  for (const [index, write] of writes.entries()) {
    if (!write.file.validate) continue;
    const candidate = stagedPath(index, write);
    await execStep(
      {
        instance,
        command: write.file.validate.map((word) => word.replaceAll("{file}", candidate)),
        ...(write.file.content instanceof Secret ? { conceal: write.file.content } : {}),
        timeoutMs: STEP_MS,
        code: "FileRejected",
        failure: `the new ${write.file.path} does not pass its own program's test; the running one stays`,
        hint: `look at ${write.file.origin ? `${write.file.origin.file}:${write.file.origin.line}` : "the manifest"} and the words above`,
      },
      context,
    );
  }
}

/**
 * Before anything is written, the record says that it is being written: from here on nobody knows what a service has
 * read until it was told with success, and nothing is left behind that is not wanted any more after a kill.
 */
async function announce(name: string, writes: readonly FileWrite[], context: ApplyContext): Promise<void> {
  if (writes.length === 0) return;
  const current = await context.lxd.instance(name);
  const files = { ...(current ? readRecord(current.config).files : {}) };
  for (const { file } of writes)
    files[file.path] = unfinished("unit" in file.onChange ? file.onChange.unit : "");
  // What was recorded last stays where it is: a container that never was configured still is not.
  const { [INSTALLING_KEY]: installing } = encodeFiles(files);
  await context.lxd.patchInstance(name, { config: { [INSTALLING_KEY]: installing } });
}

async function install(instance: string, writes: readonly FileWrite[], context: ApplyContext): Promise<void> {
  if (writes.length === 0) return;
  const lines = writes.map((write, index) =>
    [stagedPath(index, write), write.file.owner, write.file.group, write.file.mode, write.file.path].join(
      "\t",
    ),
  );
  await execStep(
    {
      instance,
      command: ["sh", "-c", INSTALL],
      stdin: `${lines.join("\n")}\n`,
      timeoutMs: STEP_MS,
      code: "FileWriteFailed",
      failure: "moving new files into place failed",
      hint: "do the owner and the group exist in the image, and is there room on the disk?",
    },
    context,
  );
}

async function record(action: ApplyFiles, context: ApplyContext): Promise<void> {
  const current = await context.lxd.instance(action.container.name);
  const files = { ...(current ? readRecord(current.config).files : {}) };
  for (const { file } of action.writes)
    files[file.path] = { digest: file.digest, structure: file.structureDigest };
  for (const path of action.removals) delete files[path];
  await context.lxd.patchInstance(action.container.name, { config: encodeFiles(files) });
}
