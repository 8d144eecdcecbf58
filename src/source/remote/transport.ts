/** How git reaches a remote: the one protocol its URL asks for, with credentials that are in no argument and no variable. */
import { join } from "node:path";
import type { RemoteSettings } from "../../config/host-settings.ts";
import { ConveneError } from "../../system/errors.ts";
import type { GitOptions } from "../git.ts";

export type Transport = Required<Pick<GitOptions, "protocols" | "environment" | "config">>;

/**
 * Prints a credential in git's own form (gitcredentials(7)); the token goes from its file through a pipe.
 * A constant: the file's name arrives in the environment.
 */
const TOKEN_HELPER =
  '!f() { test "$1" = get || exit 0; test -z "$CONVENE_GIT_USER" || echo "username=$CONVENE_GIT_USER"; echo "password=$(cat "$CONVENE_TOKEN_FILE")"; }; f';

/** Nothing is asked, learned, forwarded or run, and a dead server is noticed (ssh_config(5)). */
const SSH_SETTINGS = [
  "BatchMode=yes",
  "IdentitiesOnly=yes",
  "StrictHostKeyChecking=yes",
  "UpdateHostKeys=no",
  "ForwardAgent=no",
  "PermitLocalCommand=no",
  "ConnectTimeout=15",
  "ServerAliveInterval=10",
  "ServerAliveCountMax=3",
];

/** @param credentials systemd's $CREDENTIALS_DIRECTORY. @throws ConveneError `CredentialMissing`. */
export function remoteTransport(remote: RemoteSettings, credentials: string | undefined): Transport {
  return remote.url.startsWith("https://")
    ? httpsTransport(remote, credentials)
    : sshTransport(remote, credentials);
}

function httpsTransport(remote: RemoteSettings, credentials: string | undefined): Transport {
  const common = ["http.followRedirects=false", "http.lowSpeedLimit=1", "http.lowSpeedTime=30"];
  const trust: Record<string, string> = remote.caFile === undefined ? {} : { GIT_SSL_CAINFO: remote.caFile };
  if (remote.tokenCredential === undefined) {
    return { protocols: ["https"], environment: trust, config: common };
  }
  return {
    protocols: ["https"],
    environment: {
      ...trust,
      CONVENE_TOKEN_FILE: credentialFile(remote.tokenCredential, credentials),
      // Any name does for GitHub, GitLab and Gitea; a name in the URL wins.
      CONVENE_GIT_USER: new URL(remote.url).username === "" ? "x-access-token" : "",
    },
    config: [...common, `credential.helper=${TOKEN_HELPER}`],
  };
}

function sshTransport(remote: RemoteSettings, credentials: string | undefined): Transport {
  const { sshKeyCredential, knownHostsCredential } = remote;
  // Without a credential of its own the host's /etc/ssh/ssh_known_hosts decides.
  const knownHosts = knownHostsCredential ? credentialFile(knownHostsCredential, credentials) : "/dev/null";
  const key = sshKeyCredential ? ["-i", credentialFile(sshKeyCredential, credentials)] : [];
  const settings = [...SSH_SETTINGS, `UserKnownHostsFile=${knownHosts}`];
  const words = ["ssh", "-F", "/dev/null", ...key, ...settings.flatMap((setting) => ["-o", setting])];
  return { protocols: ["ssh"], environment: { GIT_SSH_COMMAND: words.map(quote).join(" ") }, config: [] };
}

function credentialFile(name: string, directory: string | undefined): string {
  if (directory !== undefined) return join(directory, name);
  throw new ConveneError({
    code: "CredentialMissing",
    message: `the remote needs the credential ${name}, and the agent was started without credentials`,
    hint: `put LoadCredential=${name}:FILE into a drop-in: systemctl edit convene`,
  });
}

/** git hands GIT_SSH_COMMAND to a shell. */
function quote(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
