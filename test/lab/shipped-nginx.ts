/** Debian's nginx as a process on loopback with the shipped configuration, a page and a config.js. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePorts, portOpen } from "./free-ports.ts";
import { runProgram, startProgram } from "./programs.ts";
import { adapted, renderShipped, sampleVariables } from "./shipped-configuration.ts";

export interface ShippedNginx extends AsyncDisposable {
  /** Plain HTTP, as behind HAProxy. */
  readonly port: number;
  /** Puts another config.js in place. */
  configure(configJs: string): void;
  stop(): Promise<void>;
}

export interface ShippedNginxOptions {
  /** Where Prosody's HTTP is. */
  readonly prosodyPort: number;
  /** The page; `index.html`. */
  readonly page?: string;
  /** Texts of nginx.conf and what stands there instead. */
  readonly changes?: Readonly<Record<string, string>>;
}

/** config.js as rendered for a container. */
export function shippedConfigJs(changes: Readonly<Record<string, unknown>> = {}): string {
  return renderShipped("jitsi", "config.js", "javascript", sampleVariables(changes));
}

export async function startShippedNginx(options: ShippedNginxOptions): Promise<ShippedNginx> {
  const folder = mkdtempSync(join(tmpdir(), "convene-shipped-nginx-"));
  await runProgram(["chmod", "0755", folder]);
  const root = join(folder, "page");
  mkdirSync(root);
  writeFileSync(join(root, "index.html"), options.page ?? "<!DOCTYPE html><title>page</title>");
  const configPath = join(folder, "config.js");
  const configure = (configJs: string): void => writeFileSync(configPath, configJs);
  configure(shippedConfigJs());
  const [port = 0] = await freePorts(1);
  const path = join(folder, "nginx.conf");
  const shipped = renderShipped("jitsi", "nginx.conf", "nginx", sampleVariables());
  const changed = adapted(shipped, {
    "listen 80": `listen 127.0.0.1:${port}`,
    "127.0.0.1:5280": `127.0.0.1:${options.prosodyPort}`,
    "set_real_ip_from 10.10.1.10": "set_real_ip_from 127.0.0.1",
    "/run/nginx.pid": join(folder, "nginx.pid"),
    "/usr/share/jitsi-meet": root,
    "/etc/jitsi/meet/config.js": configPath,
    ...options.changes,
  });
  writeFileSync(path, changed);
  const nginx = await startProgram(["nginx", "-c", path, "-g", "daemon off;"], () =>
    portOpen(port).then(() => true),
  );
  const stop = async (): Promise<void> => {
    await nginx.stop();
    rmSync(folder, { recursive: true, force: true });
  };
  return { port, configure, stop, [Symbol.asyncDispose]: stop };
}
