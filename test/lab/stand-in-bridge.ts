/** Starts the lab's stand-in bridge as a process on loopback, with the shipped jvb.conf. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { z } from "zod";
import { freePorts } from "./free-ports.ts";
import { startProgram } from "./programs.ts";
import { adapted, LAB_CATALOGUE, renderShipped, sampleVariables } from "./shipped-configuration.ts";

export interface StandInBridgeOptions {
  /** Where its configuration is written. */
  readonly folder: string;
  /** Prosody's client streams; without them it is registered nowhere. */
  readonly xmpp?: { readonly address: string; readonly port: number };
}

export interface BridgePorts {
  readonly http: number;
  /** Of colibri-ws. */
  readonly webSocket: number;
  /** UDP. */
  readonly media: number;
}

export interface StandInBridge {
  /** Of the private HTTP interface, without a slash at the end. */
  readonly url: string;
  readonly ports: BridgePorts;
  /** What it is to do wrong (test/lab/catalogue/README.md); `post("lab/well")` ends all of it. */
  tell(behaviour: Readonly<Record<string, unknown>>): Promise<void>;
  post(path: string, body?: unknown): Promise<Response>;
  statistics(): Promise<Readonly<Record<string, unknown>>>;
  /** Resolves when it is in the brewery; rejects after 10 s. */
  registered(): Promise<void>;
  log(): string;
  stop(): Promise<void>;
}

/** Its container's address is 127.0.0.1; the public address 192.0.2.10 is only said. */
export async function startStandInBridge(options: StandInBridgeOptions): Promise<StandInBridge> {
  const [http = 0, webSocket = 0, media = 0] = await freePorts(3);
  const ports = { http, webSocket, media };
  const path = join(options.folder, "jvb.conf");
  writeFileSync(path, configuration(options, ports));
  const url = `http://127.0.0.1:${http}`;
  const program = join(LAB_CATALOGUE, "jitsi/stand-in-bridge.mjs");
  const bridge = await startProgram([process.execPath, program, path], () => answers(`${url}/about/version`));
  const post = (where: string, body?: unknown): Promise<Response> =>
    fetch(`${url}/${where}`, { method: "POST", body: JSON.stringify(body ?? {}) });
  const statistics = async (): Promise<Readonly<Record<string, unknown>>> => {
    const response = await fetch(`${url}/colibri/stats`);
    return z.record(z.string(), z.unknown()).parse(await response.json());
  };
  return {
    url,
    ports,
    tell: async (behaviour) => {
      const response = await post("lab/behaviour", behaviour);
      if (!response.ok) throw new Error(await response.text());
    },
    post,
    statistics,
    registered: async () => {
      for (let attempt = 0; attempt < 100; attempt += 1) {
        if ((await statistics())["mucs_joined"] === 1) return;
        await delay(100);
      }
      throw new Error(`not in the brewery: ${bridge.log()}`);
    },
    log: () => bridge.log(),
    stop: () => bridge.stop(),
  };
}

function configuration({ xmpp }: StandInBridgeOptions, ports: BridgePorts): string {
  const variables = sampleVariables({
    self: { name: "bridge-1", ipv4: "127.0.0.1", ipv6: "", memoryMiB: 1024 },
    item: { name: "bridge-1", number: 1 },
  });
  return adapted(renderShipped("jitsi", "jvb.conf", "hocon", variables), {
    "port = 8080": `port = ${ports.http}`,
    "port = 9090": `port = ${ports.webSocket}`,
    "10000": String(ports.media),
    "10.10.1.20": xmpp?.address ?? "127.0.0.1",
    'PORT = "5222"': `PORT = "${xmpp?.port ?? 5222}"`,
  });
}

async function answers(address: string): Promise<boolean> {
  try {
    return (await fetch(address)).ok;
  } catch {
    return false;
  }
}
