/** Debian's Prosody as a process on loopback with the shipped configuration and the lab's two stand-in modules. */
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePorts, portOpen } from "./free-ports.ts";
import { type Finished, runProgram, startProgram } from "./programs.ts";
import {
  adapted,
  CATALOGUE,
  LAB_CATALOGUE,
  renderShipped,
  sampleVariables,
} from "./shipped-configuration.ts";

export interface ShippedProsody {
  /** Plain HTTP with `/xmpp-websocket`. */
  readonly httpPort: number;
  /** Where bridges and jicofo log in: address and port of the client streams. */
  readonly clients: { readonly address: string; readonly port: number };
  /** Runs the catalogue's own account script with these requests. */
  accounts(requests: string): Promise<Finished>;
  log(): string;
  stop(): Promise<void>;
}

/** The configuration as rendered for a container. */
export function prosodyConfiguration(changes: Readonly<Record<string, unknown>> = {}): string {
  return renderShipped("jitsi", "prosody.cfg.lua", "lua", sampleVariables(changes));
}

/** With the modules of a folder in place of Jitsi's: the lab's stand-ins, or a copy of them. */
export function withModules(configuration: string, folder = join(LAB_CATALOGUE, "jitsi")): string {
  return adapted(configuration, { "/usr/share/jitsi-meet/prosody-plugins/": `${folder}/` });
}

/** `changes` are texts of the configuration and what stands there instead. */
export async function startShippedProsody(
  changes: Readonly<Record<string, string>> = {},
): Promise<ShippedProsody> {
  const folder = mkdtempSync(join(tmpdir(), "convene-shipped-prosody-"));
  const [httpPort = 0, clientPort = 0] = await freePorts(2);
  const config = join(folder, "prosody.cfg.lua");
  // Prosody's user may not read the checkout.
  const modules = join(folder, "modules");
  mkdirSync(modules);
  for (const name of ["mod_auth_jitsi-anonymous.lua", "mod_client_proxy.lua"]) {
    copyFileSync(join(LAB_CATALOGUE, "jitsi", name), join(modules, name));
  }
  const content = adapted(withModules(prosodyConfiguration(), modules), {
    "10.10.1.20": "127.0.0.2",
    "http_ports = { 5280 }": `http_ports = { ${httpPort} }`,
    "c2s_ports = { 5222 }": `c2s_ports = { ${clientPort} }`,
    "/run/prosody/prosody.pid": join(folder, "prosody.pid"),
    "/var/lib/prosody": folder,
    "/etc/prosody/groups.txt": join(folder, "groups.txt"),
    ...changes,
  });
  writeFileSync(
    join(folder, "groups.txt"),
    renderShipped("jitsi", "prosody-groups.txt", "plain", sampleVariables()),
  );
  writeFileSync(config, content);
  chmodSync(folder, 0o700);
  const key = [
    "-newkey",
    "ec",
    "-pkeyopt",
    "ec_paramgen_curve:P-256",
    "-keyout",
    `${folder}/convene-c2s.key`,
  ];
  const request = ["openssl", "req", "-x509", "-nodes", "-subj", "/CN=prosody.invalid", ...key];
  await runProgram([...request, "-out", `${folder}/convene-c2s.crt`]);
  await runProgram(["chown", "-R", "prosody:", folder]);
  const asProsody = ["setpriv", "--reuid=prosody", "--regid=prosody", "--clear-groups"];
  const prosody = await startProgram([...asProsody, "prosody", "-F", "--config", config], () =>
    // Either may be first.
    Promise.all([portOpen(httpPort), portOpen(clientPort, "127.0.0.2")]).then(() => true),
  );
  return {
    httpPort,
    clients: { address: "127.0.0.2", port: clientPort },
    accounts: (input) =>
      runProgram([join(CATALOGUE, "jitsi/prosody-accounts.lua")], {
        input,
        environment: { PROSODY_DATA: folder },
      }),
    log: () => prosody.log(),
    stop: async () => {
      await prosody.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
