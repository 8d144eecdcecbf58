/** The host settings of a lab: its addresses, its ACME server, and stand-ins where upstream cannot be reached. */
import { join } from "node:path";
import { stringify } from "yaml";
import type { Internet } from "./internet.ts";

export interface LabSettingsOptions {
  /** First line of the file, by which the lab knows its own. */
  readonly mark: string;
  /** Everything is named after it: user, project, networks, folders. At most 10 characters. */
  readonly name: string;
  readonly checkout: string;
  /** Third byte of the site's 10.10.x.1/24. */
  readonly subnet: number;
  readonly ipv6: boolean;
  readonly internet: Internet | undefined;
  /** Catalogue folders in front of the shipped one (lab-catalogue.ts); none where upstream can be reached. */
  readonly standIns: readonly string[];
  /** Further settings, merged in at the top level. */
  readonly extra?: Readonly<Record<string, unknown>>;
}

/** YAML of the settings file. */
export function labSettings(options: LabSettingsOptions): string {
  const { name, checkout, internet, subnet } = options;
  const shipped = join(checkout, "manifests");
  const settings = {
    user: name,
    stateDirectory: `/var/lib/${name}`,
    runtimeDirectory: `/run/${name}`,
    lxd: { project: name, network: `${name}0`, buildNetwork: `${name}b0` },
    network: {
      ipv4: `10.10.${subnet}.1/24`,
      ...(options.ipv6 ? { ipv6: `fd42:c0:5e11:${subnet}::1/64` } : {}),
    },
    catalogue: [...options.standIns, shipped],
    ...(internet === undefined
      ? {}
      : { acme: { directory: internet.acmeDirectory, rootFile: internet.rootFile } }),
    ...options.extra,
  };
  return `${options.mark}\n${stringify(settings)}`;
}
