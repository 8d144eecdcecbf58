/** The one door to LXD, as the rest of convene sees it. */
import type {
  LxdEvent,
  LxdImage,
  LxdInstance,
  LxdNetwork,
  LxdOperation,
  LxdPool,
  LxdVolume,
} from "./schema.ts";

export interface ExecRequest {
  readonly instance: string;
  readonly command: readonly string[];
  /** Sent to the command's standard input, then closed. Secrets go this way and no other. */
  readonly stdin?: string | Uint8Array;
  readonly environment?: Readonly<Record<string, string>>;
  /** The command is killed (SIGTERM, 5 s later SIGKILL) when this is over. */
  readonly timeoutMs: number;
}

export interface ExecResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
  /** True when an output was longer than 1 MiB and the rest was dropped. */
  readonly truncated?: boolean;
}

export interface InstanceSpec {
  readonly name: string;
  readonly description: string;
  /** Image fingerprint. */
  readonly image: string;
  readonly config: Readonly<Record<string, string>>;
  readonly devices: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

/**
 * Every method throws ConveneError: `LxdUnreachable`, `LxdBusy`, `LxdTimeout`, `LxdOutcomeUnknown`, `LxdExecTimeout`
 * (all retryable), `LxdNotFound`, `LxdAlreadyExists`, `LxdError`. Deleting what is not there is success.
 */
export interface Lxd {
  /** `api_extensions`, server name and version; the project must exist or `LxdProjectMissing` is thrown. */
  server(): Promise<{ readonly version: string; readonly extensions: ReadonlySet<string> }>;
  instances(): Promise<readonly LxdInstance[]>;
  images(): Promise<readonly LxdImage[]>;
  volumes(pool: string): Promise<readonly LxdVolume[]>;
  /** Networks live in the default project. */
  network(name: string): Promise<LxdNetwork | undefined>;
  pool(name: string): Promise<LxdPool | undefined>;
  operations(): Promise<readonly LxdOperation[]>;

  instance(name: string): Promise<LxdInstance | undefined>;
  /** IPv4 and IPv6 addresses with global scope on the instance's interfaces. */
  addresses(name: string): Promise<readonly string[]>;
  createInstance(spec: InstanceSpec, progress?: (message: string) => void): Promise<void>;
  /** Merges config keys (empty string removes one) and replaces whole devices. */
  patchInstance(
    name: string,
    patch: { config?: Record<string, string>; devices?: Record<string, Record<string, string>> },
  ): Promise<void>;
  /** Replaces config and devices whole, keeping `volatile.*` and `image.*`, guarded by ETag. */
  putInstance(
    name: string,
    next: {
      config: Record<string, string>;
      devices: Record<string, Record<string, string>>;
      description: string;
    },
  ): Promise<void>;
  startInstance(name: string): Promise<void>;
  /** Graceful first; after `graceMs` by force. Stopping a stopped instance is success. */
  stopInstance(name: string, graceMs: number): Promise<void>;
  renameInstance(name: string, to: string): Promise<void>;
  deleteInstance(name: string): Promise<void>;
  exec(request: ExecRequest, signal?: AbortSignal): Promise<ExecResult>;
  /** Writes a new file (an existing one is replaced); parents must exist. */
  writeFile(instance: string, path: string, content: string | Uint8Array, mode: string): Promise<void>;
  /** Undefined when the file does not exist; throws `LxdNotAFile` for a directory or a link. */
  readFile(instance: string, path: string): Promise<Uint8Array | undefined>;

  createVolume(pool: string, name: string, config: Record<string, string>): Promise<void>;
  /** Merges config keys (empty string removes one). */
  updateVolume(pool: string, name: string, config: Record<string, string>): Promise<void>;
  deleteVolume(pool: string, name: string): Promise<void>;

  /** Publishes a stopped instance as an image under `alias`; answers the fingerprint. */
  publishImage(
    instance: string,
    alias: string,
    properties: Record<string, string>,
    progress?: (message: string) => void,
  ): Promise<string>;
  deleteImage(fingerprint: string): Promise<void>;

  /** Lifecycle and operation events of the project until the signal aborts; reconnects by itself and says so with `reconnected`. */
  events(onEvent: (event: LxdEvent) => void, onReconnect: () => void, signal: AbortSignal): Promise<void>;
}
