/** Where things lie on the host, apart from what the settings say. */
import { dirname, join } from "node:path";

export interface HostPaths {
  readonly configFile: string;
  /** The folder of the settings file. */
  readonly configDirectory: string;
  /** Values root hands to `Secret` manifests by file name. */
  readonly secretsDirectory: string;
  /** The host's own age identity, which encrypted `Secret` manifests are for. */
  readonly ageIdentity: string;
  readonly sysctlFile: string;
  /** Base images, kept from one run to the next. */
  readonly cacheDirectory: string;
}

/** Everything beside the settings file follows it, so that a second site's files stay apart. */
export function hostPaths(configFile: string): HostPaths {
  const configDirectory = dirname(configFile);
  return {
    configFile,
    configDirectory,
    secretsDirectory: join(configDirectory, "secrets"),
    ageIdentity: join(configDirectory, "age-identity"),
    sysctlFile: "/etc/sysctl.d/60-convene.conf",
    cacheDirectory: "/var/cache/convene",
  };
}
