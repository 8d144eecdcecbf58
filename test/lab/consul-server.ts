/** A real Consul on loopback for tests: Debian bullseye's 1.8, unpacked beside the checkout, ACL default deny. */
import { execFile, spawn, type ChildProcess } from "node:child_process";
import { randomBytes } from "node:crypto";
import { access, mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { Secret } from "../../src/system/secret.ts";

const run = promisify(execFile);
const CACHE = "/var/cache/convene-lab/consul";

export interface ConsulServer {
  readonly address: string;
  readonly port: number;
  readonly dnsPort: number;
  /** Management rights; made anew for each server. */
  readonly token: Secret;
  /** Kills the process (SIGKILL) and starts it again on the same data and ports. */
  restart(): Promise<void>;
  /** Kills the process and leaves data and ports for `restart`. */
  kill(): Promise<void>;
  stop(): Promise<void>;
}

export async function startConsulServer(): Promise<ConsulServer> {
  const binary = await consulBinary();
  const directory = await mkdtemp(join(tmpdir(), "convene-consul-"));
  const token = new Secret(randomBytes(32).toString("hex"));
  const [http, dns, server, serfLan] = await freePorts(4);
  await mkdir(join(directory, "config"));
  const config = {
    server: true,
    bootstrap_expect: 1,
    node_name: "consul",
    data_dir: join(directory, "data"),
    bind_addr: "127.0.0.1",
    ports: { http, dns, server, serf_lan: serfLan, serf_wan: -1, grpc: -1 },
    performance: { raft_multiplier: 1 },
    disable_update_check: true,
    log_level: "warn",
    acl: { enabled: true, default_policy: "deny", tokens: { master: token.reveal(), agent: token.reveal() } },
  };
  await writeFile(join(directory, "config/consul.json"), JSON.stringify(config), { mode: 0o600 });
  let child = start(binary, directory);
  async function kill(): Promise<void> {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    child.once("exit", () => resolve());
    child.kill("SIGKILL");
    await promise;
  }
  return {
    address: "127.0.0.1",
    port: http ?? 0,
    dnsPort: dns ?? 0,
    token,
    kill,
    restart: async () => {
      await kill();
      child = start(binary, directory);
    },
    stop: async () => {
      await kill();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

function start(binary: string, directory: string): ChildProcess {
  return spawn(binary, ["agent", "-config-dir", join(directory, "config")], { stdio: "ignore" });
}

/** Ports nobody uses now; all are taken at once, so that they differ. */
async function freePorts(count: number): Promise<readonly number[]> {
  const servers = await Promise.all(Array.from({ length: count }, listening));
  const ports = servers.map(portOf);
  await Promise.all(servers.map((server) => promisify(server.close.bind(server))()));
  return ports;
}

function portOf(server: Server): number {
  const address = server.address();
  return typeof address === "object" && address !== null ? address.port : 0;
}

function listening(): Promise<Server> {
  const { promise, resolve, reject } = Promise.withResolvers<Server>();
  const server = createServer();
  server.once("error", reject);
  server.listen(0, "127.0.0.1", () => resolve(server));
  return promise;
}

/** Fetched once with the machine's own Debian mirror, into apt folders of its own: the host's stay as they are. */
async function consulBinary(): Promise<string> {
  const binary = join(CACHE, "root/usr/bin/consul");
  if (await exists(binary)) return binary;
  await mkdir(join(CACHE, "apt/lists/partial"), { recursive: true });
  await mkdir(join(CACHE, "apt/archives/partial"), { recursive: true });
  const sources = join(CACHE, "apt/sources.list");
  const keyring = "/usr/share/keyrings/debian-archive-keyring.gpg";
  await writeFile(sources, `deb [signed-by=${keyring}] ${await debianMirror()} bullseye main\n`);
  const options = [
    `Dir::Etc::sourcelist=${sources}`,
    "Dir::Etc::sourceparts=/dev/null",
    `Dir::State::lists=${CACHE}/apt/lists`,
    `Dir::Cache=${CACHE}/apt`,
    "APT::Sandbox::User=root",
  ].flatMap((option) => ["-o", option]);
  await run("apt-get", [...options, "-q", "update"], { timeout: 120_000 });
  await run("apt-get", [...options, "download", "consul"], { timeout: 120_000, cwd: CACHE });
  const archive = (await readdir(CACHE)).find((name) => name.startsWith("consul_") && name.endsWith(".deb"));
  if (!archive) throw new Error("apt-get download left no consul package");
  const unpacked = await mkdtemp(join(CACHE, "unpack-"));
  await run("dpkg-deb", ["-x", join(CACHE, archive), unpacked]);
  await rename(unpacked, join(CACHE, "root"));
  return binary;
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

/** The address of the machine's own Debian mirror, from deb822 or one-line sources. */
async function debianMirror(): Promise<string> {
  const folder = "/etc/apt/sources.list.d";
  const files = (await readdir(folder)).map((name) => join(folder, name)).concat("/etc/apt/sources.list");
  for (const file of files) {
    const text = await readFile(file, "utf8").catch(() => "");
    const match = /^(?:URIs:|deb(?:\s+\[[^\]]*\])?)\s+(\S+\/debian\/?)(?:\s|$)/m.exec(text);
    if (match?.[1]) return match[1];
  }
  throw new Error("no Debian mirror in the machine's apt sources");
}
