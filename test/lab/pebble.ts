/** Pebble, Let's Encrypt's test server, with DNS of its own that sends every name to one address. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { request } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { freePorts, portOpen } from "./free-ports.ts";
import { makeCertificate } from "./test-certificates.ts";

export interface PebbleOptions {
  /** Address Pebble listens on; certbot must reach it. */
  readonly listen?: string;
  /** IPv4 address every name has, and the port its HTTP-01 challenges are asked for at. */
  readonly site: { readonly address: string; readonly port: number };
  /** How long issued certificates last, in seconds. */
  readonly validitySeconds?: number;
}

export interface Pebble extends AsyncDisposable {
  /** The ACME directory's URL. */
  readonly directory: string;
  /** The root its own HTTPS is trusted by; made for this run. */
  readonly rootPem: string;
  /** Starts it again at the same place, knowing no account and no order any more. */
  forget(): Promise<void>;
  /** The root of the certificates it issues; another one in each run. */
  issuingRoot(): Promise<string>;
}

export async function startPebble(options: PebbleOptions): Promise<Pebble> {
  const listen = options.listen ?? "127.0.0.1";
  const [acme = 0, management = 0, dns = 0, dnsManagement = 0] = await freePorts(4);
  const folder = await mkdtemp(join(tmpdir(), "convene-pebble-"));
  const authority = await makeCertificate({ commonName: "convene lab", authority: true });
  const own = await makeCertificate({ names: [listen], issuer: authority });
  await writeFile(join(folder, "cert.pem"), own.pem);
  await writeFile(join(folder, "key.pem"), own.keyPem, { mode: 0o600 });
  const pebble = {
    listenAddress: `${listen}:${acme}`,
    managementListenAddress: `${listen}:${management}`,
    certificate: join(folder, "cert.pem"),
    privateKey: join(folder, "key.pem"),
    httpPort: options.site.port,
    tlsPort: 443,
    certificateValidityPeriod: options.validitySeconds ?? 90 * 86_400,
  };
  await writeFile(join(folder, "pebble.json"), JSON.stringify({ pebble }));
  const names = spawn("pebble-challtestsrv", namesArguments(options.site.address, dns, dnsManagement), {
    stdio: "ignore",
  });
  let server = startServer(folder, dns);
  await Promise.all([portOpen(acme, listen), portOpen(dnsManagement)]);
  return {
    directory: `https://${listen}:${acme}/dir`,
    rootPem: authority.pem,
    forget: async () => {
      await end(server);
      server = startServer(folder, dns);
      await portOpen(acme, listen);
    },
    issuingRoot: () => fetchText(`https://${listen}:${management}/roots/0`, authority.pem),
    [Symbol.asyncDispose]: async () => {
      await Promise.all([end(server), end(names)]);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function namesArguments(address: string, dns: number, management: number): string[] {
  const unused = ["-http01", "", "-https01", "", "-tlsalpn01", ""];
  const listen = ["-dns01", `127.0.0.1:${dns}`, "-management", `127.0.0.1:${management}`];
  return ["-defaultIPv4", address, "-defaultIPv6", "", ...unused, ...listen];
}

function startServer(folder: string, dns: number): ChildProcess {
  return spawn("pebble", ["-config", join(folder, "pebble.json"), "-dnsserver", `127.0.0.1:${dns}`], {
    stdio: "ignore",
    // No pauses before validating, and no nonces refused for practice.
    env: { ...process.env, PEBBLE_VA_NOSLEEP: "1", PEBBLE_WFE_NONCEREJECT: "0" },
  });
}

async function fetchText(url: string, ca: string): Promise<string> {
  const sent = request(url, { ca, timeout: 5000 });
  sent.end();
  const [response] = await once(sent, "response", { signal: AbortSignal.timeout(5000) });
  let text = "";
  for await (const chunk of response) text += String(chunk);
  return text;
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, "exit");
  child.kill("SIGTERM");
  await Promise.race([exited, delay(3000, undefined, { ref: false })]);
  child.kill("SIGKILL");
}
