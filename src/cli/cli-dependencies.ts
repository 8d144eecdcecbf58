/** Everything the verbs need from outside; main.ts makes it, tests replace it. */
import type { HostSettings } from "../config/host-settings.ts";
import type { AgentClient } from "../control/client.ts";
import type { TreeFile } from "../control/agent-api.ts";
import type { SocketKind } from "../control/sockets.ts";
import type { Diagnostic } from "../manifests/diagnostic.ts";
import type { Quarantine } from "../source/git.ts";
import type { SourceRepository } from "../source/repository.ts";
import type { Clock } from "../system/clock.ts";
import type { Surroundings } from "../doctor/examine.ts";
import type { DoctorReport } from "../doctor/report.ts";
import type { DoctorRequest } from "../doctor/request.ts";
import type { Secret } from "../system/secret.ts";
import type { ExitCode } from "./exit-code.ts";
import type { Paper } from "./render-doctor.ts";

export interface Output {
  write(text: string): void;
  /** Aborts when nobody reads any more. */
  readonly gone?: AbortSignal;
}

export interface InitOptions {
  readonly configPath: string | undefined;
  /** Public ssh keys to allow, as a file. */
  readonly keysFile: string | undefined;
  /** Only what a reboot or a new address makes stale. */
  readonly refresh: boolean;
}

export interface UninstallOptions {
  /** Keeps the volumes too, beside repository, state and settings. */
  readonly keepData: boolean;
  /** Also removes repository, state, settings and user. */
  readonly purge: boolean;
}

export interface HookInput {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** The hook's standard input, whole and bounded. */
  readonly stdin: () => Promise<string>;
  readonly uid: number;
  readonly hostname: string;
}

export interface DoctorDoor {
  /** From CONVENE_DOCTOR_PASSWORD. */
  readonly password: Secret | undefined;
  /** Asks at the terminal, without echo. */
  askSecret(question: string): Promise<Secret>;
  readFile(path: string): Promise<string>;
  examine(
    request: DoctorRequest,
    around: Omit<Surroundings, "lookup" | "contacts" | "media">,
  ): Promise<DoctorReport>;
}

export interface CliDependencies {
  readonly version: string;
  readonly stdout: Output;
  readonly stderr: Output;
  /** What standard output can show. */
  readonly paper: Paper;
  readonly clock: Clock;
  /** Aborts on SIGINT and SIGTERM. */
  readonly signal: AbortSignal;
  readonly workingDirectory: string;
  setExitCode(code: ExitCode): void;
  /** `path` is --config or CONVENE_CONFIG; undefined is the default place. */
  loadSettings(path: string | undefined): Promise<HostSettings>;
  agent(settings: HostSettings, socket: SocketKind): AgentClient;
  repository(settings: HostSettings, quarantine?: Quarantine): SourceRepository;
  readFolder(folder: string): Promise<readonly TreeFile[]>;
  readonly validate: (
    tree: readonly TreeFile[],
    settings: HostSettings,
  ) => Promise<{ readonly diagnostics: readonly Diagnostic[] }>;
  /** JSON Schema of every kind. */
  schema(): Promise<unknown>;
  /** The agent itself, until the signal aborts. */
  run(settings: HostSettings): Promise<void>;
  init(options: InitOptions, say: (line: string) => void): Promise<void>;
  uninstall(settings: HostSettings, options: UninstallOptions, say: (line: string) => void): Promise<void>;
  readonly hook: HookInput;
  readonly doctor: DoctorDoor;
}
