/** Runs checks the way this host needs it: the site's own names lead to this host, certificates are read from the proxy. */
import { lookup } from "node:dns/promises";
import type { CheckContext } from "../checks/check.ts";
import type { CheckRunner } from "../checks/check-runs.ts";
import { runCheck } from "../checks/registry.ts";
import type { Lxd } from "../lxd/lxd.ts";
import type { DesiredState } from "../model/desired-state.ts";
import { certificatePath, privateKeyPath } from "../observe/observe-certificates.ts";
import type { SecretStore } from "../secrets/secret-store.ts";
import { Secret } from "../system/secret.ts";
import type { CheckContextInput } from "./agent-options.ts";

export interface CheckRunnerOptions {
  readonly lxd: Lxd;
  readonly store: SecretStore;
  readonly desired: () => DesiredState | undefined;
  readonly makeContext: (input: CheckContextInput) => CheckContext;
}

export function createCheckRunner(options: CheckRunnerOptions): CheckRunner {
  const context = options.makeContext({
    resolve: (host) => resolveFor(host, options.desired()),
    secret: (name) => options.store.ensure("internal", name),
    readCertificate: (domain) => readInProxy(domain, certificatePath(domain), options),
    readPrivateKey: async (domain) => {
      const key = await readInProxy(domain, privateKeyPath(domain), options);
      return key === undefined ? undefined : new Secret(key);
    },
  });
  return async (check, signal, transcript) =>
    runCheck(check, { ...context, signal, transcript: transcript ?? context.transcript });
}

/** Whether DNS points here is the host check's question; these checks ask whether what is here works. */
async function resolveFor(host: string, desired: DesiredState | undefined): Promise<readonly string[]> {
  const own = new Set([desired?.site.domain, ...(desired?.certificates.map((one) => one.domain) ?? [])]);
  if (desired && own.has(host)) return desired.site.listenAddresses;
  return (await lookup(host, { all: true })).map((entry) => entry.address);
}

/** A file beside a domain's certificate, in the container that keeps it. */
async function readInProxy(
  domain: string,
  path: string,
  options: CheckRunnerOptions,
): Promise<string | undefined> {
  const wanted = options.desired()?.certificates.find((one) => one.domain === domain);
  if (!wanted) return undefined;
  const content = await options.lxd.readFile(wanted.container, path);
  return content ? Buffer.from(content).toString("utf8") : undefined;
}
