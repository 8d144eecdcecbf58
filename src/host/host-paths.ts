/** Where things lie on the host, apart from what the settings say. */
import { basename, dirname, join } from "node:path";

export interface HostPaths {
  readonly configFile: string;
  /** The folder of the settings file. */
  readonly configDirectory: string;
  /** Values root hands to `Secret` manifests by file name. */
  readonly secretsDirectory: string;
  /** The host's own age identity, which encrypted `Secret` manifests are for. */
  readonly ageIdentity: string;
  readonly sysctlFile: string;
  /** Kernel modules to load at boot. */
  readonly modulesFile: string;
  /** Base images, kept from one run to the next. */
  readonly cacheDirectory: string;
}

/** Everything follows the folder of the settings file (`/etc/convene`), so that a second site on a host stays apart. */
export function hostPaths(configFile: string): HostPaths {
  const configDirectory = dirname(configFile);
  const name = basename(configDirectory);
  return {
    configFile,
    configDirectory,
    secretsDirectory: join(configDirectory, "secrets"),
    ageIdentity: join(configDirectory, "age-identity"),
    sysctlFile: `/etc/sysctl.d/60-${name}.conf`,
    modulesFile: `/etc/modules-load.d/${name}.conf`,
    cacheDirectory: `/var/cache/${name}`,
  };
}
