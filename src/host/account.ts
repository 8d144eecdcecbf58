/** The system user and group the agent runs as and pushes arrive as. */
import { ConveneError } from "../system/errors.ts";
import type { RunCommand } from "./command.ts";
import type { StepResult } from "./step.ts";

export interface Account {
  readonly name: string;
  readonly home: string;
  readonly shell: string;
}

export interface AccountIds {
  readonly uid: number;
  readonly gid: number;
}

interface PasswdEntry extends AccountIds {
  readonly home: string;
  readonly shell: string;
}

const GETENT_NOT_FOUND = 2;

/** Makes the user and its group of the same name; a user of that name with another home is a conflict. */
export async function ensureAccount(run: RunCommand, account: Account): Promise<StepResult> {
  const existing = await readPasswd(run, account.name);
  if (existing === undefined) {
    await run({
      command: "useradd",
      arguments: ["--system", "--user-group", "--no-create-home", ...placeArguments(account), account.name],
    });
    return { outcome: "created", detail: account.home };
  }
  if (existing.home !== account.home) {
    throw new ConveneError({
      code: "AccountConflict",
      message: `user ${account.name} exists with home ${existing.home}, not ${account.home}`,
      hint: `name another user in config.yaml (user:), or remove this one with \`userdel ${account.name}\``,
      subject: `user ${account.name}`,
    });
  }
  if (existing.shell === account.shell) return { outcome: "already there", detail: account.home };
  await run({ command: "usermod", arguments: ["--shell", account.shell, account.name] });
  return { outcome: "changed", detail: `shell ${existing.shell} → ${account.shell}` };
}

function placeArguments(account: Account): readonly string[] {
  return ["--home-dir", account.home, "--shell", account.shell, "--comment", "convene agent"];
}

/** Removes the user and its group, not its home. */
export async function removeAccount(run: RunCommand, name: string): Promise<StepResult> {
  if ((await readPasswd(run, name)) === undefined) return { outcome: "not there" };
  await run({ command: "userdel", arguments: [name] });
  await run({ command: "groupdel", arguments: [name], accept: [0, GROUP_DOES_NOT_EXIST] });
  return { outcome: "removed" };
}

const GROUP_DOES_NOT_EXIST = 6;

/** Numeric ids of a user; throws `AccountMissing`. */
export async function accountIds(run: RunCommand, name: string): Promise<AccountIds> {
  const entry = await readPasswd(run, name);
  if (entry !== undefined) return { uid: entry.uid, gid: entry.gid };
  throw new ConveneError({
    code: "AccountMissing",
    message: `there is no user ${name}`,
    hint: "run `convene init` as root",
    subject: `user ${name}`,
  });
}

async function readPasswd(run: RunCommand, name: string): Promise<PasswdEntry | undefined> {
  const answer = await run({
    command: "getent",
    arguments: ["passwd", name],
    accept: [0, GETENT_NOT_FOUND],
  });
  if (answer.exitCode !== 0) return undefined;
  const [, , uid, gid, , home, shell] = answer.stdout.trim().split(":");
  return { uid: Number(uid), gid: Number(gid), home: home ?? "", shell: shell ?? "" };
}
