/** The command line: every verb with its options; what a verb does is loaded only when it is called. */
import { Command, Option } from "commander";
import { suggestion } from "../manifests/suggestion.ts";
import type { HookKind } from "../source/hooks/hook-script.ts";
import type { CliDependencies } from "./cli-dependencies.ts";
import type { ExitCode } from "./exit-code.ts";
import { EXIT } from "./exit-code.ts";
import { collect, parseCount, parseHookKind, parseWanted } from "./parse-arguments.ts";
import type { SharedOptions, Verb } from "./verb.ts";

const CONFIG = "the host's settings, instead of /etc/convene/config.yaml";

type Run = (verb: Verb, command: Command) => Promise<ExitCode>;

/** Parses `words` (without node and script) and runs the verb. The exit code goes to `setExitCode`. */
export async function runProgram(dependencies: CliDependencies, words: readonly string[]): Promise<void> {
  const program = createProgram(dependencies);
  try {
    await program.parseAsync([...words], { from: "user" });
  } catch (error) {
    // Commander has printed its own message; --help and --version also arrive here, with code 0.
    const failed = !(error instanceof Error && "exitCode" in error && error.exitCode === 0);
    dependencies.setExitCode(failed ? EXIT.error : EXIT.yes);
  }
}

/** Every verb in the order of the help. */
function createProgram(dependencies: CliDependencies): Command {
  const program = new Command("convene")
    .description("GitOps for a self-hosted Jitsi Meet: push YAML, and people can meet.")
    .version(`convene ${dependencies.version}`, "-V, --version", "print the version")
    .helpOption("-h, --help", "print this help")
    .helpCommand("help [command]", "print a command's help")
    .addOption(new Option("--config <file>", CONFIG).env("CONVENE_CONFIG"))
    .exitOverride()
    .showHelpAfterError("  → `convene --help` lists the commands, `convene COMMAND --help` their options")
    .configureOutput({
      writeOut: (text) => dependencies.stdout.write(text),
      writeErr: (text) => dependencies.stderr.write(text),
      outputError: (text, write) =>
        write(
          withoutFarGuess(text)
            .replace(/^error: /, "✗ ")
            .replace("\n(", "\n  ("),
        ),
    })
    .addHelpText("after", "\nExit codes: 0 yes, 1 error, 2 changes or findings, 3 superseded or timed out.");
  const add = verbAdder(program, dependencies);
  addSiteVerbs(add);
  addLookingVerbs(add);
  addDoctor(add);
  addRootVerbs(add);
  addHook(program, dependencies);
  return program;
}

/** Commander also guesses at words that share half of their letters: `logs` for `bogus`. */
function withoutFarGuess(text: string): string {
  const [all, word = "", guess = ""] =
    /'(?:--)?([^']+)'\n\(Did you mean (?:one of )?(?:--)?([\w-]+).*\)/.exec(text) ?? [];
  if (all === undefined || suggestion(word, [guess]) !== "") return text;
  return text.replace(/\n\(Did you mean .*\)/, "");
}

type Add = (words: string, description: string, run: Run) => Command;

function verbAdder(program: Command, dependencies: CliDependencies): Add {
  return (words, description, run) =>
    program
      .command(words)
      .description(description)
      .option("--json", "print one JSON value on one line")
      .option("--config <file>", CONFIG)
      .action(async (...received: unknown[]) => {
        const command = received.at(-1);
        if (!(command instanceof Command)) return;
        const { runVerb } = await import("./verb.ts");
        const options = { ...program.opts<SharedOptions>(), ...command.opts<SharedOptions>() };
        await runVerb(dependencies, options, async (verb) => run(verb, command));
      });
}

function addSiteVerbs(add: Add): void {
  add("validate [dir]", "check the manifests in a folder, by default this one", async (verb, command) =>
    (await import("./verbs/validate.ts")).validate(verb, command.args[0] ?? "."),
  );
  add(
    "plan [what]",
    "show what would be done: for the deployed branch, a ref or a folder",
    async (verb, command) => (await import("./verbs/plan.ts")).plan(verb, command.args[0], command.opts()),
  ).option("--ref <ref>", "a branch, tag or commit of the site repository");
  add("reconcile", "wake the agent", async (verb, command) =>
    (await import("./verbs/reconcile.ts")).reconcile(verb, command.opts()),
  )
    .option("--now", "do not wait for people in calls")
    .option("--wait", "follow to the verdict")
    .option("--timeout <duration>", "how long to follow", "30m");
  add("wait", "wait for the verdict on a revision", async (verb, command) =>
    (await import("./verbs/reconcile.ts")).wait(verb, command.opts()),
  )
    .option("--revision <revision>", "a commit or a revision; the newest when absent", parseWanted)
    .option("--timeout <duration>", "how long to wait", "30m");
  add("check [name]", "run the checks now: all, one by name, or `host`", async (verb, command) =>
    (await import("./verbs/check.ts")).check(verb, command.args[0], command.opts()),
  )
    .option("--verbose", "print the conversation and the evidence")
    .option("--history", "run nothing: show the last looks, and why they failed when they did");
}

const DOCTOR = "look at any Jitsi Meet from outside: what works, what does not, why, what to do";
const DOCTOR_HELP = `
Needs no agent, no rights and no account. Without --user it sees what a guest sees.
The password of --user comes from --password-file, else from CONVENE_DOCTOR_PASSWORD,
else it is asked for. Rooms of people are never touched.

  convene doctor meet.example.org
  convene doctor meet.example.org --user m.meier     also opens a room and meets in it
  convene doctor meet.example.org --private \\
    --resolve meet.example.org=192.168.1.20 \\
    --resolve turn.example.org=192.168.1.20          from inside, the TURN name too`;

function addDoctor(add: Add): void {
  add("doctor <domain>", DOCTOR, async (verb, command) =>
    (await import("./verbs/doctor.ts")).doctor(verb, command.args[0] ?? "", command.opts()),
  )
    .option("--user <name>", "log in as a member too, to look where guests may not")
    .option("--password-file <file>", "the member's password, in a file")
    .option("--private", "contact addresses too that are not on the internet")
    .option("--resolve <name=address>", "use this address for a name; may be repeated", collect)
    .option("--cacert <file>", "trust this root certificate too (PEM)")
    .option("--allow-self-signed", "look further behind a certificate of unknown issuer")
    .option("--timeout <duration>", "for everything", "1m")
    .option("--verbose", "print the conversations")
    .addHelpText("after", DOCTOR_HELP);
}

function addLookingVerbs(add: Add): void {
  add("status", "show what runs where, and whether it is ready", async (verb) =>
    (await import("./verbs/look.ts")).status(verb),
  );
  add("history", "show what the agent did", async (verb, command) =>
    (await import("./verbs/look.ts")).history(verb, command.opts<{ limit: number }>().limit),
  ).option("--limit <count>", "how many entries", parseCount, 20);
  add("events", "follow what happens from now on", async (verb) =>
    (await import("./verbs/look.ts")).events(verb),
  );
  add("logs <container>", "show a container's journal", async (verb, command) => {
    const { logs } = await import("./verbs/look.ts");
    return logs(verb, command.args[0] ?? "", command.opts<{ lines: number }>().lines);
  }).option("--lines <count>", "how many lines, from the end", parseCount, 100);
  add("schema", "print the JSON Schema of the manifests, for editors", async (verb) =>
    (await import("./verbs/host.ts")).schema(verb),
  );
  add("version", "print the version", async (verb) => (await import("./verbs/host.ts")).version(verb));
}

const UNINSTALL =
  "remove the agent, its containers and their volumes (root); repository, state and settings stay";

function addRootVerbs(add: Add): void {
  add("run", "run the agent itself; systemd does", async (verb) =>
    (await import("./verbs/host.ts")).run(verb),
  );
  add("init", "set this host up (root)", async (verb, command) =>
    (await import("./verbs/host.ts")).init(verb, command.opts()),
  )
    .option("--authorized-key <file>", "a file of public ssh keys that may push")
    .option("--refresh", "only what a reboot or a new address makes stale; a timer runs it");
  add("uninstall", UNINSTALL, async (verb, command) =>
    (await import("./verbs/host.ts")).uninstall(verb, command.opts()),
  )
    .addOption(
      new Option("--keep-data", "keep the volumes too: certificates, accounts, Consul's keys").conflicts(
        "purge",
      ),
    )
    .option("--purge", "remove repository, state, settings and user too");
  add("confirm <id>", "let a held-back deletion go (root)", async (verb, command) =>
    (await import("./verbs/admin.ts")).confirm(verb, command.args[0] ?? ""),
  );
  add("suspend", "change nothing until `convene resume` (root)", async (verb, command) =>
    (await import("./verbs/admin.ts")).suspend(verb, command.opts<{ reason: string }>().reason),
  ).requiredOption("--reason <text>", "why; shown in status");
  add("resume", "go on after `convene suspend` (root)", async (verb) =>
    (await import("./verbs/admin.ts")).resume(verb),
  );
}

function addHook(program: Command, dependencies: CliDependencies): void {
  program
    .command("hook", { hidden: true })
    .argument("<kind>", "the hook git starts", parseHookKind)
    .action(async (kind: HookKind) => {
      const { runHook } = await import("./hooks/run-hook.ts");
      dependencies.setExitCode(await runHook(kind, dependencies, program.opts<SharedOptions>().config));
    });
}
