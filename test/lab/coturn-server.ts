/** Runs Debian's coturn as a process of its own on loopback, with a generated configuration. */
import { type ChildProcess, spawn } from "node:child_process";
import { globSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { freePort } from "./loopback-port.ts";
import { stunAnswers } from "./stun-answers.ts";

export interface CoturnOptions {
  readonly secret: string;
  readonly realm?: string;
  readonly certificatePem?: string;
  readonly keyPem?: string;
  /** Gives allocations to anybody. */
  readonly open?: boolean;
  /** Where allocations are made; 127.0.0.1 is also where checks come from. */
  readonly relayIp?: string;
  /** How many relay ports there are. */
  readonly relayPortCount?: number;
  /** How far its clock is ahead of everybody else's (libfaketime); negative is behind. */
  readonly clockOffsetSeconds?: number;
  /** More lines of turnserver.conf. */
  readonly extra?: readonly string[];
}

export interface CoturnServer {
  readonly port: number;
  readonly tlsPort: number;
  readonly relayPorts: { readonly first: number; readonly last: number };
  /** What it printed so far. */
  log(): string;
  stop(): Promise<void>;
}

/** Listens and relays on 127.0.0.1. Rejects when coturn is not there or does not come up in 10 s. */
export async function startCoturn(options: CoturnOptions): Promise<CoturnServer> {
  const folder = mkdtempSync(join(tmpdir(), "convene-coturn-"));
  const port = await freePort();
  const tlsPort = await freePort();
  const relayPorts = { first: port + 1, last: port + (options.relayPortCount ?? 40) };
  const config = join(folder, "turnserver.conf");
  writeFileSync(config, configuration(options, folder, port, tlsPort, relayPorts).join("\n"));
  const child = spawn("turnserver", ["-c", config], {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, ...clockEnvironment(options.clockOffsetSeconds) },
  });
  const lines: string[] = [];
  child.stdout.on("data", (chunk: Buffer) => lines.push(chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => lines.push(chunk.toString()));
  const stop = async (): Promise<void> => {
    await ended(child);
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    await answering(port, child);
  } catch (error) {
    await stop();
    throw new Error(`coturn did not start: ${lines.join("").slice(-2_000)}`, { cause: error });
  }
  return { port, tlsPort, relayPorts, log: () => lines.join(""), stop };
}

function configuration(
  options: CoturnOptions,
  folder: string,
  port: number,
  tlsPort: number,
  relayPorts: { readonly first: number; readonly last: number },
): string[] {
  const tls: string[] = [];
  if (options.certificatePem === undefined) tls.push("no-tls");
  else {
    writeFileSync(join(folder, "cert.pem"), options.certificatePem);
    writeFileSync(join(folder, "key.pem"), options.keyPem ?? "", { mode: 0o600 });
    tls.push(`cert=${join(folder, "cert.pem")}`, `pkey=${join(folder, "key.pem")}`);
  }
  return [
    "listening-ip=127.0.0.1",
    `relay-ip=${options.relayIp ?? "127.0.0.1"}`,
    `listening-port=${port}`,
    `tls-listening-port=${tlsPort}`,
    `min-port=${relayPorts.first}`,
    `max-port=${relayPorts.last}`,
    ...(options.open === true ? ["no-auth"] : ["use-auth-secret", `static-auth-secret=${options.secret}`]),
    `realm=${options.realm ?? "turn.test"}`,
    "fingerprint",
    "no-cli",
    "no-dtls",
    "no-rfc5780",
    "allow-loopback-peers",
    `userdb=${join(folder, "turndb")}`,
    `pidfile=${join(folder, "pid")}`,
    "log-file=stdout",
    "simple-log",
    "verbose",
    ...tls,
    ...(options.extra ?? []),
    "",
  ];
}

/** Its own wrong clock for one process; what runs by intervals goes on as ever. */
function clockEnvironment(offsetSeconds: number | undefined): Readonly<Record<string, string>> {
  if (offsetSeconds === undefined) return {};
  const [library] = globSync("/usr/lib/*/faketime/libfaketimeMT.so.1");
  if (library === undefined) throw new Error("libfaketime is not installed: run test/lab/prepare.sh");
  const offset = `${offsetSeconds < 0 ? "" : "+"}${offsetSeconds}s`;
  return { LD_PRELOAD: library, FAKETIME: offset, FAKETIME_DONT_FAKE_MONOTONIC: "1" };
}

async function answering(port: number, child: ChildProcess): Promise<void> {
  for (let attempt = 0; attempt < 100; attempt += 1) {
    if (child.exitCode !== null) throw new Error(`it ended with ${child.exitCode}`);
    if (await stunAnswers(port)) return;
    await delay(50);
  }
  throw new Error("no answer in time");
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGKILL");
  await gone;
}
