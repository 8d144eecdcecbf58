/** The verbs that set a host up and run on it: run, init, uninstall; and schema and version. */
import { EXIT, type ExitCode } from "../exit-code.ts";
import type { Verb } from "../verb.ts";

export async function run(verb: Verb): Promise<ExitCode> {
  await verb.dependencies.run(await verb.settings());
  return EXIT.yes;
}

export interface InitFlags {
  readonly authorizedKey?: string;
  readonly refresh?: boolean;
}

export async function init(verb: Verb, flags: InitFlags): Promise<ExitCode> {
  const steps: string[] = [];
  await verb.dependencies.init(
    { configPath: verb.configPath, keysFile: flags.authorizedKey, refresh: flags.refresh ?? false },
    sayer(verb, steps),
  );
  if (verb.json) verb.value({ done: true, steps });
  return EXIT.yes;
}

export interface UninstallFlags {
  readonly keepData?: boolean;
  readonly purge?: boolean;
}

export async function uninstall(verb: Verb, flags: UninstallFlags): Promise<ExitCode> {
  const steps: string[] = [];
  const options = { keepData: flags.keepData ?? false, purge: flags.purge ?? false };
  await verb.dependencies.uninstall(await verb.settings(), options, sayer(verb, steps));
  if (verb.json) verb.value({ done: true, steps });
  return EXIT.yes;
}

/** Always JSON: it is for editors. */
export async function schema(verb: Verb): Promise<ExitCode> {
  verb.dependencies.stdout.write(`${JSON.stringify(await verb.dependencies.schema(), null, 2)}\n`);
  return EXIT.yes;
}

export async function version(verb: Verb): Promise<ExitCode> {
  if (verb.json) verb.value({ version: verb.dependencies.version });
  else verb.line(`convene ${verb.dependencies.version}`);
  return EXIT.yes;
}

function sayer(verb: Verb, steps: string[]): (line: string) => void {
  return (line) => {
    steps.push(line);
    if (!verb.json) verb.line(line);
  };
}
