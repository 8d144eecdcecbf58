/** A shipped unit as this host needs it: where convene lies, and what the settings say. */
import type { HostSettings } from "../config/host-settings.ts";

export interface ShippedUnits {
  /** The units as they are shipped, for the default settings. */
  readonly folder: string;
  /** Absolute path of the installed `convene`. */
  readonly command: string;
  readonly version: string;
}

type UnitSettings = Pick<HostSettings, "user" | "stateDirectory" | "runtimeDirectory" | "repository">;

/** The version is in the agent's own unit, so that another version is another text, and restarts it. */
export function unitText(
  name: string,
  text: string,
  { command, version }: Pick<ShippedUnits, "command" | "version">,
  settings: UnitSettings,
): string {
  const adapted = text
    .replaceAll("/usr/local/bin/convene", command)
    .replaceAll("/run/convene/", `${settings.runtimeDirectory}/`)
    .replace(/^User=convene$/m, `User=${settings.user}`)
    .replace(/^SocketGroup=convene$/m, `SocketGroup=${settings.user}`)
    .replace(/^ReadWritePaths=\/var\/lib\/convene$/m, `ReadWritePaths=${writable(settings).join(" ")}`);
  return name === "convene.service" ? `# convene ${version}\n${adapted}` : adapted;
}

/** The repository counts apart when it lies elsewhere. */
function writable({ stateDirectory, repository }: UnitSettings): readonly string[] {
  return repository.startsWith(`${stateDirectory}/`) ? [stateDirectory] : [stateDirectory, repository];
}
