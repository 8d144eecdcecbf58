/** The entry: puts the command line together. What only the agent or root needs is loaded when its verb runs. */
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { networkInterfaces, hostname } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import packageJson from "../package.json" with { type: "json" };
import type { CliDependencies } from "./cli/cli-dependencies.ts";
import { runProgram } from "./cli/program.ts";
import { createOutput } from "./cli/process-output.ts";
import { readStdin } from "./cli/read-stdin.ts";
import { terminalWidth } from "./cli/terminal-width.ts";
import { DEFAULT_SETTINGS_PATH, type HostSettings, socketPaths } from "./config/host-settings.ts";
import { loadHostSettings } from "./config/load-host-settings.ts";
import { createAgentClient } from "./control/client.ts";
import { hostPaths } from "./host/host-paths.ts";
import { openRepository } from "./source/repository.ts";
import { readFolder } from "./source/read-folder.ts";
import { systemClock } from "./system/clock.ts";
import { Secret } from "./system/secret.ts";

/** Where Debian's package and the snap put LXD's socket. */
const LXD_SOCKETS = ["/var/lib/lxd/unix.socket", "/var/snap/lxd/common/lxd/unix.socket"];
const here = dirname(fileURLToPath(import.meta.url));
/** The catalogue lies beside the sources, and beside the bundle. */
const shippedCatalogue =
  [join(here, "manifests"), join(here, "..", "manifests")].find((path) =>
    existsSync(join(path, "catalogue.yaml")),
  ) ?? "";
/** The checks' media process: in a checkout among the sources, else beside the bundle. */
const mediaScript =
  [join(here, "checks/media/media-child.ts"), join(here, "media-child.mjs")].find(existsSync) ?? "";
/** The command npm installed (systemd/launcher.sh says it); a checkout has none, and gets no units of systemd. */
const installedCommand = process.env["CONVENE_LAUNCHER"];

const stopping = new AbortController();
for (const name of ["SIGINT", "SIGTERM"] as const)
  process.once(name, () => stopping.abort(new Error(`stopped by ${name}`)));

/** The settings file in use; the verbs name it once, before anything else. */
let settingsPath = DEFAULT_SETTINGS_PATH;

const dependencies: CliDependencies = {
  version: packageJson.version,
  stdout: createOutput(process.stdout),
  stderr: createOutput(process.stderr),
  clock: systemClock,
  signal: stopping.signal,
  workingDirectory: process.cwd(),
  setExitCode: (code) => {
    process.exitCode = code;
  },
  loadSettings: async (path) => {
    settingsPath = resolve(path ?? DEFAULT_SETTINGS_PATH);
    return loadHostSettings({ path, shippedCatalogue });
  },
  agent: (settings, socket) => createAgentClient(socketPaths(settings)[socket]),
  repository: (settings, quarantine) =>
    openRepository({
      gitDirectory: settings.repository,
      branch: settings.branch,
      signal: stopping.signal,
      ...(quarantine ? { quarantine } : {}),
    }),
  readFolder,
  validate: async (tree, settings) => {
    const { validateTree } = await import("./model/validate.ts");
    return validateTree(tree, settings.catalogue, {
      pool: settings.lxd.pool,
      network: settings.lxd.network,
      ipv4: settings.network.ipv4,
      acme: { directory: settings.acme.directory, rootPem: "" },
      exceptions: settings.policy.exceptions,
    });
  },
  schema: async () => (await import("./manifests/json-schema.ts")).manifestJsonSchema(),
  run: async (settings) => {
    const { runAgent } = await import("./compose-agent.ts");
    await runAgent({
      settings,
      paths: hostPaths(settingsPath),
      lxdSocket: lxdSocket(settings),
      version: packageJson.version,
      mediaScript,
      signal: stopping.signal,
      environment: process.env,
      process,
    });
  },
  init: async ({ configPath, keysFile, refresh }, say) => {
    const { initialiseHost, refreshHost } = await import("./host/initialise.ts");
    settingsPath = resolve(configPath ?? DEFAULT_SETTINGS_PATH);
    const settings = await loadHostSettings({ path: configPath, shippedCatalogue });
    const options = {
      tools: await hostTools(settings),
      settings,
      paths: hostPaths(settingsPath),
      launcher: launcher(configPath),
      keysFile,
      units: installedUnits(),
    };
    await (refresh ? refreshHost(options, say) : initialiseHost(options, say));
  },
  uninstall: async (settings, options, say) => {
    const { uninstallHost } = await import("./host/uninstall.ts");
    const tools = await hostTools(settings);
    await uninstallHost(
      { tools, settings, paths: hostPaths(settingsPath), units: installedUnits(), ...options },
      say,
    );
  },
  paper: {
    colours: process.stdout.isTTY && process.stdout.hasColors(),
    columns: terminalWidth(process.stdout.columns, process.env["COLUMNS"]),
    live: process.stdout.isTTY,
  },
  doctor: {
    password: takeDoctorPassword(process.env),
    askSecret: async (question) => {
      const { askSecret } = await import("./cli/ask-secret.ts");
      return askSecret(question, process.stdin, (text) => process.stderr.write(text), stopping.signal);
    },
    readFile: async (path) => readFile(path, "utf8"),
    examine: async (request, around) => {
      const [{ examine }, { systemLookup }, { createContactBounds }, { createMediaLauncher }] =
        await Promise.all([
          import("./doctor/examine.ts"),
          import("./doctor/resolver.ts"),
          import("./doctor/contact-bounds.ts"),
          import("./checks/media/media-launcher.ts"),
        ]);
      const contacts = createContactBounds(request.allowPrivate);
      const media = createMediaLauncher(mediaScript);
      return examine(request, { ...around, lookup: systemLookup, contacts, media });
    },
  },
  hook: {
    environment: process.env,
    stdin: () => readStdin(process.stdin),
    uid: process.getuid?.() ?? -1,
    hostname: hostname(),
  },
};

/** Taken out, so that no program started from here inherits it. */
function takeDoctorPassword(environment: NodeJS.ProcessEnv): Secret | undefined {
  const text = environment["CONVENE_DOCTOR_PASSWORD"];
  delete environment["CONVENE_DOCTOR_PASSWORD"];
  return text === undefined ? undefined : new Secret(text);
}

function lxdSocket(settings: HostSettings): string {
  return settings.lxd.socket ?? LXD_SOCKETS.find((path) => existsSync(path)) ?? LXD_SOCKETS[0] ?? "";
}

async function hostTools(settings: HostSettings) {
  const { createHostTools } = await import("./host/host-tools.ts");
  return createHostTools({
    lxdSocket: lxdSocket(settings),
    project: settings.lxd.project,
    clock: systemClock,
    uid: process.geteuid?.() ?? -1,
    processor: process.arch,
    interfaces: networkInterfaces,
  });
}

/** systemd starts the agent of the one site with the default settings file; others are their operator's to start. */
function installedUnits() {
  if (installedCommand === undefined || settingsPath !== DEFAULT_SETTINGS_PATH) return undefined;
  return { folder: join(here, "systemd"), command: installedCommand, version: packageJson.version };
}

/** How the hooks start this very convene. */
function launcher(configPath: string | undefined): readonly string[] {
  const command = installedCommand ? [installedCommand] : [process.execPath, fileURLToPath(import.meta.url)];
  return configPath === undefined ? command : [...command, "--config", resolve(configPath)];
}

await runProgram(dependencies, process.argv.slice(2));
