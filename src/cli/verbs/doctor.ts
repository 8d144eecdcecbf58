/** `convene doctor DOMAIN`: what a stranger can know about any Jitsi, said so that its operator can act. */
import { dirname, resolve } from "node:path";
import { parsePins, parseTarget } from "../../doctor/parse-target.ts";
import type { DoctorReport, Rung } from "../../doctor/report.ts";
import type { DoctorRequest } from "../../doctor/request.ts";
import { ConveneError } from "../../system/errors.ts";
import { Secret } from "../../system/secret.ts";
import { EXIT, type ExitCode } from "../exit-code.ts";
import { printable } from "../printable.ts";
import { type Paper, renderDoctorHeading, renderRungs, renderVerdict } from "../render-doctor.ts";
import { timeoutMs } from "../timeout.ts";
import type { Verb } from "../verb.ts";

export interface DoctorFlags {
  readonly user?: string;
  readonly passwordFile?: string;
  readonly private?: boolean;
  readonly allowSelfSigned?: boolean;
  readonly resolve?: readonly string[];
  readonly cacert?: string;
  readonly timeout: string;
  readonly verbose?: boolean;
}

export async function doctor(verb: Verb, domain: string, flags: DoctorFlags): Promise<ExitCode> {
  const request = await readRequest(verb, domain, flags);
  const { doctor: door, clock, signal } = verb.dependencies;
  const { paper } = verb.dependencies;
  const page = openPage(verb, paper);
  page.print(renderDoctorHeading(request, paper));
  const pending: Rung[] = [];
  const report = await door.examine(request, {
    clock,
    signal,
    transcript: (line) => page.print(flags.verbose ? [`  | ${printable(line)}`] : []),
    onStep: (rung) => page.busy(rung),
    onRung: (rung) => {
      pending.push(rung);
      // Those not asked wait for their neighbours, with which they share a line.
      if (rung.state !== "not_asked") page.print(renderRungs(pending.splice(0), paper));
    },
  });
  page.print([...renderRungs(pending, paper), ...renderVerdict(report, paper)]);
  if (verb.json) verb.value(report);
  return exitCodeOf(report);
}

interface Page {
  print(lines: readonly string[]): void;
  /** Says what is being asked, on a line that the next print takes back. */
  busy(rung: string): void;
}

const TAKE_BACK = "\r\u001b[K";

function openPage(verb: Verb, paper: Paper): Page {
  const { stdout } = verb.dependencies;
  let isBusy = false;
  return {
    print: (lines) => {
      if (verb.json) return;
      if (isBusy && lines.length > 0) stdout.write(TAKE_BACK);
      if (lines.length > 0) isBusy = false;
      for (const line of lines) verb.line(line);
    },
    busy: (rung) => {
      if (verb.json || !paper.live) return;
      stdout.write(`${isBusy ? TAKE_BACK : ""}… ${rung}`);
      isBusy = true;
    },
  };
}

function exitCodeOf({ verdict }: DoctorReport): ExitCode {
  if (verdict === "works" || verdict === "partly_seen") return EXIT.yes;
  return verdict === "unknown" ? EXIT.error : EXIT.findings;
}

async function readRequest(verb: Verb, domain: string, flags: DoctorFlags): Promise<DoctorRequest> {
  const target = parseTarget(domain);
  const pins = parsePins(flags.resolve ?? []);
  const timeout = timeoutMs(flags.timeout);
  refuseUntrustedLogin(flags);
  const login =
    flags.user === undefined
      ? {}
      : { login: { username: flags.user, password: await readPassword(verb, flags) } };
  return {
    target,
    pins,
    timeout,
    ...login,
    allowPrivate: flags.private ?? false,
    allowSelfSigned: flags.allowSelfSigned ?? false,
    extraRoots: flags.cacert === undefined ? [] : [await readRoots(verb, flags.cacert)],
  };
}

/** Who knows nothing of the server gives it no password to try: not even one that is only proved. */
function refuseUntrustedLogin({ user, allowSelfSigned }: DoctorFlags): void {
  if (user === undefined || allowSelfSigned !== true) return;
  throw new ConveneError({
    code: "UntrustedLogin",
    message: "--user and --allow-self-signed do not go together: the password would go to nobody knows whom",
    hint: "give the certificate or its authority with --cacert",
  });
}

/** From the file, else from the environment, else asked for at the terminal; never from an argument. */
async function readPassword(verb: Verb, { user, passwordFile }: DoctorFlags): Promise<Secret> {
  const { doctor: door } = verb.dependencies;
  const text =
    passwordFile === undefined
      ? (door.password?.reveal() ?? (await door.askSecret(`Password of ${user ?? ""}: `)).reveal())
      : (await readText(verb, "--password-file", passwordFile)).replace(/\r?\n$/, "");
  if (text !== "") return new Secret(text);
  throw new ConveneError({
    code: "PasswordMissing",
    message: "the password is empty",
    hint: "write it into a file and name that with --password-file, or set CONVENE_DOCTOR_PASSWORD",
  });
}

async function readRoots(verb: Verb, file: string): Promise<string> {
  const text = await readText(verb, "--cacert", file);
  if (text.includes("-----BEGIN CERTIFICATE-----")) return text;
  throw new ConveneError({
    code: "InvalidCertificate",
    message: `--cacert: ${file} holds no PEM certificate`,
    hint: "it wants the root certificate of your own authority, as PEM",
  });
}

async function readText(verb: Verb, option: string, file: string): Promise<string> {
  const { doctor: door, workingDirectory } = verb.dependencies;
  const path = resolve(workingDirectory, file);
  try {
    return await door.readFile(path);
  } catch (cause) {
    const { message, hint } = whyUnreadable(path, cause);
    throw new ConveneError({ code: "FileUnreadable", message: `${option}: ${message}`, hint, cause });
  }
}

function whyUnreadable(path: string, cause: unknown): { readonly message: string; readonly hint: string } {
  const code = cause instanceof Error && "code" in cause ? cause.code : undefined;
  if (code === "ENOENT" || code === "ENOTDIR")
    return { message: `there is no file ${path}`, hint: `compare the path: ls ${dirname(path)}` };
  if (code === "EACCES" || code === "EPERM")
    return { message: `you may not read ${path}`, hint: `ls -l ${path} says who may: let it be you` };
  if (code === "EISDIR") return { message: `${path} is a folder`, hint: "name the file in it" };
  const words = cause instanceof Error ? cause.message : String(cause);
  return { message: `${path} cannot be read: ${words}`, hint: "name another file" };
}
