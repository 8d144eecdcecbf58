/** One look at the remote: fetch, and move the deployed branch forwards if the remote's is ahead. */
import type { RemoteSettings } from "../../config/host-settings.ts";
import { ConveneError } from "../../system/errors.ts";
import { createGit, type GitOptions } from "../git.ts";
import { openRepository } from "../repository.ts";
import { remoteTransport } from "./transport.ts";

export interface FetchRemoteOptions {
  readonly remote: RemoteSettings;
  readonly gitDirectory: string;
  /** The deployed branch. */
  readonly branch: string;
  /** $CREDENTIALS_DIRECTORY; undefined when there are no credentials. */
  readonly credentialsDirectory: string | undefined;
  readonly signal: AbortSignal;
  /** Milliseconds for the whole fetch. */
  readonly timeoutMs?: number;
  readonly path?: string;
}

export interface FetchResult {
  readonly moved: boolean;
  readonly commit: string;
}

const TIMEOUT_MS = 120_000;
const FETCH = [
  "fetch",
  "--quiet",
  "--no-tags",
  "--no-write-fetch-head",
  "--no-recurse-submodules",
  "--force",
];
/** Milliseconds without a byte from the remote. */
const SILENCE_MS = 30_000;

/** @throws ConveneError `RemoteUnreachable`, `RemoteDiverged` or `CredentialMissing`. */
export async function fetchRemote(options: FetchRemoteOptions): Promise<FetchResult> {
  const tracking = `refs/remotes/upstream/${options.remote.branch}`;
  await fetchInto(options, tracking);
  const repository = openRepository(options);
  const fetched = await repository.resolve(tracking);
  if (fetched === undefined) throw unreachable(options.remote, "it sent no commit");
  const current = await repository.resolveBranch();
  if (current === fetched) return { moved: false, commit: fetched };
  if (current !== undefined && !(await repository.isAncestor(current, fetched))) {
    throw diverged(options, current, fetched);
  }
  await moveBranch(options, current, fetched);
  return { moved: true, commit: fetched };
}

async function fetchInto(options: FetchRemoteOptions, tracking: string): Promise<void> {
  const { remote, gitDirectory } = options;
  const deadline = AbortSignal.timeout(options.timeoutMs ?? TIMEOUT_MS);
  const transport = remoteTransport(remote, options.credentialsDirectory);
  const git = createGit({
    gitDirectory,
    ...transport,
    config: [...transport.config, "fetch.fsckObjects=true", "transfer.credentialsInUrl=die"],
    timeoutMs: SILENCE_MS,
    signal: AbortSignal.any([options.signal, deadline]),
    ...pathOf(options),
  });
  try {
    await git.raw([...FETCH, remote.url, `refs/heads/${remote.branch}:${tracking}`]);
  } catch (error) {
    options.signal.throwIfAborted();
    const words = error instanceof Error ? error.message.trim() : String(error);
    throw unreachable(remote, deadline.aborted ? "no end of it within the deadline" : words, error);
  }
}

/** Only if nobody has moved it meanwhile: git compares and swaps (git-update-ref(1)). */
async function moveBranch(
  options: FetchRemoteOptions,
  current: string | undefined,
  fetched: string,
): Promise<void> {
  const git = createGit({ gitDirectory: options.gitDirectory, ...pathOf(options) });
  const before = current ?? "0".repeat(fetched.length);
  await git.raw(["update-ref", "-m", "follow the remote", `refs/heads/${options.branch}`, fetched, before]);
}

function pathOf({ path }: FetchRemoteOptions): Pick<GitOptions, "path"> {
  return path === undefined ? {} : { path };
}

function unreachable(remote: RemoteSettings, words: string, cause?: unknown): ConveneError {
  return new ConveneError({
    code: "RemoteUnreachable",
    message: `cannot fetch ${remote.branch} from ${remote.url}: ${words}`,
    hint: "look at `remote` in /etc/convene/config.yaml; for ssh the server's key must be in /etc/ssh/ssh_known_hosts or in knownHostsCredential",
    retryable: true,
    cause,
  });
}

function diverged(options: FetchRemoteOptions, current: string, fetched: string): ConveneError {
  return new ConveneError({
    code: "RemoteDiverged",
    message: `the remote's ${options.remote.branch} (${fetched.slice(0, 7)}) does not contain what is deployed (${current.slice(0, 7)})`,
    hint: `history only grows here: bring ${current.slice(0, 7)} back on the remote, and take a change back with git revert`,
  });
}
