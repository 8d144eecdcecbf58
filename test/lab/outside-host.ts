/** A network namespace that plays a machine outside the host, and a listen address on the host. Needs root. */
import { execFile, spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { promisify } from "node:util";

const run = promisify(execFile);

export interface OutsideHost {
  /** One TCP connection from there; answers what the other side says first, or throws. */
  connect(address: string, port: number): Promise<string>;
  remove(): Promise<void>;
}

export interface OutsideHostOptions {
  /** At most 12 characters, unlike every other test's. */
  readonly name: string;
  /** Addresses of the outside machine with the host as neighbour: /24 networks, the machine is .2, the host .1. */
  readonly networks: readonly string[];
  /** Addresses the host itself gets, as its public ones. */
  readonly hostAddresses: readonly string[];
}

/** Says who connected, and closes. */
const GREETER = `require("node:net").createServer((socket) => {
  socket.on("error", () => undefined);
  socket.end("you are " + socket.remoteAddress.replace("::ffff:", ""));
}).listen(Number(process.argv[1]), "::", () => console.log("listening"))`;

/** Starts a TCP greeter on the host, or in the namespace `name`; stop it by killing the process. */
export async function startGreeter(port: number, name?: string): Promise<ChildProcess> {
  const greet = [process.execPath, "-e", GREETER, String(port)];
  const [command = "", ...rest] = name === undefined ? greet : ["ip", "netns", "exec", name, ...greet];
  const child = spawn(command, rest, { stdio: ["ignore", "pipe", "inherit"] });
  await once(child.stdout, "data");
  return child;
}

async function ip(...words: string[]): Promise<void> {
  await run("ip", words);
}

/** Makes namespace, link and addresses anew; what a killed run left is removed first. */
export async function createOutsideHost(options: OutsideHostOptions): Promise<OutsideHost> {
  const { name } = options;
  const [link, bridge] = [`${name}-v`, `${name}-b`];
  const remove = async (): Promise<void> => {
    await run("ip", ["link", "del", link]).catch(() => undefined);
    await run("ip", ["link", "del", bridge]).catch(() => undefined);
    await run("ip", ["netns", "del", name]).catch(() => undefined);
  };
  await remove();
  await ip("netns", "add", name);
  await ip("link", "add", bridge, "type", "bridge");
  for (const address of options.hostAddresses) await ip("addr", "add", `${address}/32`, "dev", bridge);
  await ip("link", "set", bridge, "up");
  await ip("link", "add", link, "type", "veth", "peer", "name", "eth0", "netns", name);
  for (const network of options.networks) {
    await ip("addr", "add", `${network}.1/24`, "dev", link);
    await ip("-n", name, "addr", "add", `${network}.2/24`, "dev", "eth0");
  }
  await ip("link", "set", link, "up");
  await ip("-n", name, "link", "set", "eth0", "up");
  await ip("-n", name, "link", "set", "lo", "up");
  await ip("-n", name, "route", "add", "default", "via", `${options.networks[0] ?? ""}.1`);
  return {
    remove,
    connect: async (address, port) => {
      const script = `exec 3<>/dev/tcp/${address}/${port} && head -1 <&3`;
      const words = ["netns", "exec", name, "timeout", "4", "bash", "-c", script];
      return (await run("ip", words)).stdout.trim();
    },
  };
}
