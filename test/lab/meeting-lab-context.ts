/** What a check may use on the meeting lab's site: its names, secrets, certificates on disk, and whom it trusts. */
import { createCheckContext } from "../../src/checks/check-context.ts";
import type { CheckContext } from "../../src/checks/check.ts";
import { systemClock } from "../../src/system/clock.ts";
import { Secret } from "../../src/system/secret.ts";
import type { LabContainer } from "./meeting-lab-containers.ts";
import { LAB_DOMAIN, LAB_TURN_DOMAIN, labSecret } from "./meeting-lab-site.ts";

export interface LabContextParts {
  /** Where the site's names lead. */
  readonly published: string;
  /** PEM. */
  readonly root: string;
  /** Has the certificates. */
  readonly proxy: Pick<LabContainer, "read">;
}

/** The site's names lead to its public address; rejects as DNS does for others. */
export async function resolveLabName(published: string, host: string): Promise<readonly string[]> {
  if (host === LAB_DOMAIN || host === LAB_TURN_DOMAIN) return [published];
  throw Object.assign(new Error(`getaddrinfo ENOTFOUND ${host}`), { code: "ENOTFOUND" });
}

export function labContext(
  { published, root, proxy }: LabContextParts,
  changes: Partial<CheckContext>,
): CheckContext {
  const onDisk = (name: string): Promise<string | undefined> =>
    proxy.read(`/var/certs/${name}.pem`).catch(() => undefined);
  return createCheckContext({
    clock: systemClock,
    signal: new AbortController().signal,
    extraRoots: [root],
    resolve: (host) => resolveLabName(published, host),
    resolveRecords: async ({ name, type }) => {
      const records = await resolveLabName(published, name);
      if (type === "A") return { records, alias: undefined };
      throw Object.assign(new Error(`query${type} ENODATA ${name}`), { code: "ENODATA" });
    },
    secret: (name) => Promise.resolve(labSecret(name)),
    readCertificate: (domain) => onDisk(`${domain}.cert`),
    readPrivateKey: async (domain) => {
      const key = await onDisk(`${domain}.key`);
      return key === undefined ? undefined : new Secret(key);
    },
    ...changes,
  });
}
