/** Runs Debian's Prosody as a process of its own on loopback, with a generated configuration and WebSocket on. */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { freePort } from "./loopback-port.ts";

export interface ProsodyHost {
  readonly domain: string;
  readonly authentication: "internal_hashed" | "anonymous";
}

export interface ProsodyServer {
  /** Plain HTTP with `/xmpp-websocket`. */
  readonly httpPort: number;
  log(): string;
  stop(): Promise<void>;
}

/** Rejects when Prosody is not there or does not listen within 10 s. */
export async function startProsody(hosts: readonly ProsodyHost[]): Promise<ProsodyServer> {
  const folder = mkdtempSync(join(tmpdir(), "convene-prosody-"));
  const httpPort = await freePort();
  const config = join(folder, "prosody.cfg.lua");
  writeFileSync(config, configuration(hosts, folder, httpPort));
  hideFromOthers(folder);
  const child = spawn("prosody", ["-F", "--config", config], { stdio: ["ignore", "pipe", "pipe"] });
  const lines: string[] = [];
  child.stdout.on("data", (chunk: Buffer) => lines.push(chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => lines.push(chunk.toString()));
  const stop = async (): Promise<void> => {
    await ended(child);
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    await listening(httpPort, child);
  } catch (error) {
    await stop();
    throw new Error(`Prosody did not start: ${lines.join("").slice(-2_000)}`, { cause: error });
  }
  return { httpPort, log: () => lines.join(""), stop };
}

function configuration(hosts: readonly ProsodyHost[], folder: string, httpPort: number): string {
  const virtualHosts = hosts.map(
    ({ domain, authentication }) => `VirtualHost "${domain}"\n  authentication = "${authentication}"\n`,
  );
  return `
pidfile = "${folder}/prosody.pid"
data_path = "${folder}"
certificates = "${folder}"
modules_enabled = { "saslauth", "http", "websocket", "disco" }
modules_disabled = { "s2s", "posix", "offline" }
c2s_ports = { }
http_ports = { ${httpPort} }
http_interfaces = { "127.0.0.1" }
https_ports = { }
http_default_host = "${hosts[0]?.domain ?? "localhost"}"
consider_websocket_secure = true
c2s_require_encryption = false
allow_unencrypted_plain_auth = true
log = { { levels = { min = "info" }, to = "console" } }
${virtualHosts.join("\n")}`;
}

/** Started as root, Prosody changes to Debian's user `prosody`. */
function hideFromOthers(folder: string): void {
  chmodSync(folder, 0o700);
  if (process.getuid?.() === 0) execFileSync("chown", ["-R", "prosody:", folder]);
}

async function listening(port: number, child: ChildProcess): Promise<void> {
  for (let attempt = 0; attempt < 100; attempt += 1) {
    if (child.exitCode !== null) throw new Error(`it ended with ${child.exitCode}`);
    if (await accepts(port)) return;
    await delay(100);
  }
  throw new Error("it does not listen");
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.on("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.on("error", () => resolve(false));
  });
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGKILL");
  await gone;
}
