/** The only place that constructs simple-git: a git that no configuration can make run anything. */
import { type SimpleGit, simpleGit } from "simple-git";
import { ConveneError } from "../system/errors.ts";

export interface GitOptions {
  /** The repository's own directory, given to git as GIT_DIR. */
  readonly gitDirectory: string;
  /** Milliseconds without output after which git is killed. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
  /** Bytes for the command's standard input. */
  readonly input?: Uint8Array;
  /** Largest output in bytes; git is killed beyond it and the call rejects with `GitOutputTooLarge`. */
  readonly maximumOutput?: number;
  /** What a pre-receive hook got from git, so that the pushed objects are seen. */
  readonly quarantine?: Quarantine;
  /** Transports a fetch may use; nothing by default, so that a promisor remote is never asked. */
  readonly protocols?: readonly ("https" | "ssh" | "file")[];
  /** Further variables, such as GIT_SSH_COMMAND for a fetch. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Further `-c` settings. */
  readonly config?: readonly string[];
  /** PATH for git and ssh. */
  readonly path?: string;
}

/** Where receive-pack keeps pushed objects until the hooks agree (git-receive-pack(1), quarantine). */
export interface Quarantine {
  readonly objectDirectory: string;
  readonly alternates: string;
}

const DEFAULT_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/**
 * Settings of the command line win over the repository's own. Each names something git would run:
 * hooks, the file-system monitor, ssh, credential helpers, the alternates' command, housekeeping.
 */
const HARMLESS_CONFIG = [
  "core.hooksPath=/dev/null",
  "core.fsmonitor=false",
  "core.sshCommand=false",
  "core.askPass=",
  "core.pager=cat",
  "core.alternateRefsCommand=false",
  "credential.helper=",
  "gc.auto=0",
  "maintenance.auto=false",
  "submodule.recurse=false",
  "uploadpack.packObjectsHook=",
];

/** A simple-git for one command or a few; it sees none of the caller's environment. */
export function createGit(options: GitOptions): SimpleGit {
  const environment = gitEnvironment(options);
  const limit = new AbortController();
  const abort = options.signal ? AbortSignal.any([options.signal, limit.signal]) : limit.signal;
  const git = simpleGit({
    baseDir: options.gitDirectory,
    binary: "git",
    trimmed: false,
    timeout: { block: options.timeoutMs ?? 10_000 },
    abort,
    config: [...HARMLESS_CONFIG, ...(options.config ?? [])],
    allowEnvironment: Object.keys(environment),
    // simple-git refuses these by default; here each one switches something off or is given by us.
    unsafe: {
      allowUnsafeConfigPaths: true,
      allowUnsafeHooksPath: true,
      allowUnsafeFsMonitor: true,
      allowUnsafeSshCommand: true,
      allowUnsafeAskPass: true,
      allowUnsafePager: true,
      allowUnsafeCredentialHelper: true,
      allowUnsafePack: true,
    },
    ...(options.input ? { input: () => Buffer.from(options.input ?? []) } : {}),
  }).env(environment);
  return options.maximumOutput === undefined ? git : boundOutput(git, options.maximumOutput, limit);
}

function gitEnvironment(options: GitOptions): Record<string, string> {
  return {
    PATH: options.path ?? DEFAULT_PATH,
    LC_ALL: "C.UTF-8",
    HOME: "/nonexistent",
    GIT_DIR: options.gitDirectory,
    GIT_CONFIG_GLOBAL: "/dev/null",
    GIT_CONFIG_NOSYSTEM: "1",
    GIT_TERMINAL_PROMPT: "0",
    GIT_NO_LAZY_FETCH: "1",
    GIT_NO_REPLACE_OBJECTS: "1",
    GIT_OPTIONAL_LOCKS: "0",
    // Overrides every protocol.*.allow of the repository (git(1)); "none" is no transport at all.
    GIT_ALLOW_PROTOCOL: options.protocols?.join(":") ?? "none",
    ...(options.quarantine
      ? {
          GIT_OBJECT_DIRECTORY: options.quarantine.objectDirectory,
          GIT_ALTERNATE_OBJECT_DIRECTORIES: options.quarantine.alternates,
        }
      : {}),
    ...options.environment,
  };
}

/** Kills git when it has printed more than asked for: a tree can name itself a million times. */
function boundOutput(git: SimpleGit, maximum: number, limit: AbortController): SimpleGit {
  return git.outputHandler((_command, stdout) => {
    let seen = 0;
    stdout.on("data", (chunk: Buffer) => {
      seen += chunk.length;
      if (seen > maximum) {
        limit.abort(
          new ConveneError({ code: "GitOutputTooLarge", message: `git printed more than ${maximum} bytes` }),
        );
      }
    });
  });
}
