/** A real HAProxy on loopback with the shipped configuration and scripts, in a folder that stands for its container. */
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { chmod, copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { freePorts, portOpen } from "./free-ports.ts";

export interface ScriptResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface LabHaproxy extends AsyncDisposable {
  /** Stands for `/` of the container. */
  readonly root: string;
  readonly ports: HaproxyPorts;
  /** Writes a file of the container; haproxy.cfg gets the lab's ports and folders. */
  write(path: string, content: string): Promise<void>;
  read(path: string): Promise<string>;
  /** Runs a shipped script by its name in the image. */
  script(name: string, args?: readonly string[]): Promise<ScriptResult>;
  /** Sends one command to the runtime API. */
  runtime(command: string): Promise<string>;
  start(): Promise<void>;
  /** As `systemctl reload haproxy` would. */
  reload(): Promise<ScriptResult>;
}

export interface HaproxyPorts {
  readonly http: number;
  readonly https: number;
  readonly stats: number;
  /** Where certbot answers challenges. */
  readonly acme: number;
}

const SHIPPED = fileURLToPath(new URL("../../manifests/proxy/", import.meta.url));
const SCRIPTS = ["cert-sync", "cert-issue", "cert-deploy", "cert-renew", "haproxy-live", "haproxy-reload"];
const RELOAD = '#!/bin/sh\nMAINPID=$(cat "$CONVENE_ROOT/run/haproxy.pid") exec haproxy-reload\n';

export async function labHaproxy(): Promise<LabHaproxy> {
  const root = await mkdtemp(join(tmpdir(), "convene-proxy-"));
  // HAProxy's own user passes through on its way to nothing but its sockets.
  await chmod(root, 0o755);
  const [http = 0, https = 0, stats = 0, acme = 0] = await freePorts(4);
  const ports = { http, https, stats, acme };
  const scripts = join(root, "usr/local/lib/convene");
  for (const folder of [
    "etc/convene",
    "etc/haproxy/ssl",
    "etc/letsencrypt",
    "run/haproxy",
    "var/certs",
    "var/lib/haproxy",
  ]) {
    await mkdir(join(root, folder), { recursive: true });
  }
  await installScripts(scripts);
  await writeFile(join(root, "var/lib/haproxy/server-state"), "1\n");
  const environment = {
    ...process.env,
    PATH: `${scripts}:${process.env.PATH ?? ""}`,
    CONVENE_ROOT: root,
    CONVENE_HTTP_PORT: String(acme),
  };
  let child: ChildProcess | undefined;

  function script(name: string, args: readonly string[] = []): Promise<ScriptResult> {
    return execute(join(scripts, name), args, environment);
  }

  return {
    root,
    ports,
    script,
    write: async (path, content) => {
      await writeFile(join(root, path), path.endsWith(".cfg") ? relocate(content, root, ports) : content);
    },
    read: (path) => readFile(join(root, path), "utf8"),
    runtime: async (command) => {
      const socket = `UNIX-CONNECT:${root}/run/haproxy/admin.sock`;
      return (
        await execute(
          "/bin/sh",
          ["-c", `printf '%s\\n' "$1" | socat - ${socket}`, "sh", command],
          environment,
        )
      ).stdout;
    },
    start: async () => {
      const files = [
        "-f",
        join(root, "etc/haproxy/haproxy.cfg"),
        "-S",
        join(root, "run/haproxy-master.sock"),
      ];
      child = spawn("haproxy", ["-W", ...files], { stdio: "ignore" });
      await writeFile(join(root, "run/haproxy.pid"), String(child.pid));
      await portOpen(https);
    },
    reload: () => script("systemctl", ["reload", "haproxy"]),
    [Symbol.asyncDispose]: async () => {
      if (child) await end(child);
      await rm(root, { recursive: true, force: true });
    },
  };
}

async function installScripts(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  await copyFile(join(SHIPPED, "certificates.sh"), join(folder, "certificates.sh"));
  for (const name of SCRIPTS) {
    await copyFile(join(SHIPPED, `${name}.sh`), join(folder, name));
    await chmod(join(folder, name), 0o755);
  }
  await writeFile(join(folder, "systemctl"), RELOAD, { mode: 0o755 });
}

/** The shipped configuration with the lab's own ports, folders and abstract socket. */
function relocate(config: string, root: string, ports: HaproxyPorts): string {
  return config
    .replaceAll(/^ {2}bind :443$/gm, `  bind 127.0.0.1:${ports.https}`)
    .replaceAll(/^ {2}bind :80$/gm, `  bind 127.0.0.1:${ports.http}`)
    .replaceAll(/^ {2}bind :6080$/gm, `  bind 127.0.0.1:${ports.stats}`)
    .replaceAll("127.0.0.1:8080", `127.0.0.1:${ports.acme}`)
    .replaceAll("abns@convene-https", `abns@convene-https-${ports.https}`)
    .replaceAll("/etc/haproxy/ssl/", `${root}/etc/haproxy/ssl/`)
    .replaceAll("/run/haproxy/", `${root}/run/haproxy/`)
    .replaceAll("/var/lib/haproxy/server-state", `${root}/var/lib/haproxy/server-state`);
}

function execute(file: string, args: readonly string[], env: NodeJS.ProcessEnv): Promise<ScriptResult> {
  const { promise, resolve } = Promise.withResolvers<ScriptResult>();
  execFile(file, [...args], { env, timeout: 60_000 }, (error, stdout, stderr) => {
    const code = error === null ? 0 : typeof error.code === "number" ? error.code : 1;
    resolve({ code, stdout, stderr });
  });
  return promise;
}

/** The master takes its workers with it. */
async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  child.once("exit", () => resolve());
  child.kill("SIGTERM");
  await Promise.race([promise, delay(5000, undefined, { ref: false })]);
  child.kill("SIGKILL");
}
