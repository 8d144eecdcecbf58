/** The inside of a simulated container: files, units and accounts, and the commands convene runs there. */
import { createHash } from "node:crypto";
import type { ExecRequest, ExecResult } from "../../src/lxd/lxd.ts";

export interface GuestFile {
  readonly content: string;
  readonly owner: string;
  readonly group: string;
  readonly mode: string;
}

/** What survives a container: it is on a volume, or with the container if there is none. */
export interface GuestData {
  /** JID → password. */
  readonly accounts: Map<string, string>;
}

export interface Guest {
  readonly files: Map<string, GuestFile>;
  readonly enabled: Set<string>;
  readonly active: Set<string>;
  /** What happened inside that people would notice: `restart coturn`, `run haproxy-live`. */
  readonly log: string[];
  /** Units that do not come up, whatever one does. */
  readonly broken: Set<string>;
}

export function createGuest(): Guest {
  return { files: new Map(), enabled: new Set(), active: new Set(), log: [], broken: new Set() };
}

/** Enabled units come up with the container. */
export function bootGuest(guest: Guest): void {
  guest.active.clear();
  for (const unit of guest.enabled) if (!guest.broken.has(unit)) guest.active.add(unit);
}

const STAGE = "/var/lib/convene/stage";
const DONE: ExecResult = { exitCode: 0, stdout: "", stderr: "" };

/** Runs one of convene's own scripts, told apart by what they hold; any other command succeeds and is logged. */
export function execInGuest(guest: Guest, data: GuestData, request: ExecRequest): ExecResult {
  const { command } = request;
  const stdin = typeof request.stdin === "string" ? request.stdin : "";
  if (command[0]?.endsWith("/prosody-accounts")) return accounts(data, stdin);
  if (command[0] === "systemctl" && command[1] === "is-active") return isActive(guest, command[2] ?? "");
  if (command[0] !== "sh") return run(guest, command);
  const script = command[2] ?? "";
  if (script.includes(`mkdir -m 0711 ${STAGE}`)) return fillStage(guest, stdin);
  if (script.includes("/run/systemd/private")) return DONE;
  if (script.includes(".convene-new")) return install(guest, stdin);
  if (script.includes('rm -f "$path"')) return remove(guest, stdin);
  if (command[3] === "units") return units(guest, command[4] ?? "", command.slice(5));
  if (command[3] === "sweep") return sweep(guest, data, stdin, command[4] === "accounts");
  return run(guest, command);
}

export function writeInGuest(guest: Guest, path: string, content: string, mode: string): void {
  guest.files.set(path, { content, owner: "root", group: "root", mode });
}

function run(guest: Guest, command: readonly string[]): ExecResult {
  guest.log.push(`run ${command.join(" ").slice(0, 80)}`);
  return DONE;
}

/** systemctl(1), is-active: 3 for a unit that is not. */
function isActive(guest: Guest, unit: string): ExecResult {
  return guest.active.has(unit)
    ? { ...DONE, stdout: "active\n" }
    : { ...DONE, exitCode: 3, stdout: "inactive\n" };
}

/** Each file as a line `SIZE PATH` and so many bytes. */
function fillStage(guest: Guest, stdin: string): ExecResult {
  clearStage(guest);
  guest.files.set(STAGE, { content: "", owner: "root", group: "root", mode: "0711" });
  for (let rest = Buffer.from(stdin); rest.length > 0; ) {
    const start = rest.indexOf("\n") + 1;
    const [size = "0", path = ""] = rest.toString("utf8", 0, start - 1).split(" ");
    const end = start + Number(size);
    const content = rest.toString("utf8", start, end);
    guest.files.set(path, { content, owner: "root", group: "root", mode: "0600" });
    rest = rest.subarray(end);
  }
  return DONE;
}

function clearStage(guest: Guest): void {
  for (const path of guest.files.keys()) if (path.startsWith(STAGE)) guest.files.delete(path);
}

function install(guest: Guest, stdin: string): ExecResult {
  for (const line of lines(stdin)) {
    const [staged = "", owner = "", group = "", mode = "", target = ""] = line.split("\t");
    const file = guest.files.get(staged);
    if (!file) return { exitCode: 1, stdout: "", stderr: `install: cannot stat '${staged}'` };
    guest.files.set(target, { content: file.content, owner, group, mode });
  }
  clearStage(guest);
  return DONE;
}

function remove(guest: Guest, stdin: string): ExecResult {
  for (const path of lines(stdin)) guest.files.delete(path);
  return DONE;
}

function units(guest: Guest, verb: string, names: readonly string[]): ExecResult {
  for (const name of names) {
    guest.log.push(`${verb} ${name}`);
    if (verb === "restart") guest.enabled.add(name);
    if (guest.broken.has(name)) return { exitCode: 1, stdout: "", stderr: `${name} is failed: boom` };
    guest.active.add(name);
  }
  return DONE;
}

function accounts(data: GuestData, stdin: string): ExecResult {
  for (const line of lines(stdin)) {
    const [verb, jid = "", password = ""] = line.split("\t");
    if (verb === "set") data.accounts.set(jid, password);
    if (verb === "remove") data.accounts.delete(jid);
  }
  return DONE;
}

function sweep(guest: Guest, data: GuestData, stdin: string, withAccounts: boolean): ExecResult {
  const [first = "", ...paths] = stdin.split("\n");
  const stopped = first.split(" ").filter((unit) => unit !== "" && !guest.active.has(unit));
  const found = paths.flatMap((path) => {
    const file = guest.files.get(path);
    if (!file) return [];
    const sum = createHash("sha256").update(file.content).digest("hex");
    const mode = Number.parseInt(file.mode, 8).toString(8);
    return [`file\t${sum}\t${file.owner}:${file.group}:${mode}\t${path}`];
  });
  const jids =
    withAccounts && stopped.length === 0
      ? [...[...data.accounts.keys()].map((jid) => `account\t${jid}`), "ok\tlist\t*\t1"]
      : [];
  const output = [...stopped.map((unit) => `unit\t${unit}`), ...found, ...jids];
  return { ...DONE, stdout: output.map((line) => `${line}\n`).join("") };
}

function lines(text: string): string[] {
  return text.split("\n").filter((line) => line !== "");
}
