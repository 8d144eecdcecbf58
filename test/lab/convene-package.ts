/** The installable package, and what a machine in the lab needs to fetch Node with npm as this machine does. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { writePackage } from "../../systemd/bundle.ts";
import { runCommand } from "../../src/host/command.ts";
import type { NestedHost } from "./nested-lab.ts";

const NPM_DEADLINE_MS = 300_000;

/** Packs the checkout as `version` into `folder`; answers the file's path. */
export async function packConvene(folder: string, version: string): Promise<string> {
  const directory = join(folder, version);
  await writePackage({ directory, version });
  await npm(["pack", directory, "--pack-destination", folder, "--silent"]);
  return join(folder, `convene-${version}.tgz`);
}

/** Where this machine's npm fetches from, and whom it trusts there: asked for at run time, written nowhere else. */
export async function handOverNpmSettings(host: NestedHost): Promise<void> {
  const registry = await npm(["config", "get", "registry"]);
  const authority = await npm(["config", "get", "cafile"]);
  const lines = [`registry=${registry}`];
  if (authority.startsWith("/")) {
    await host.write("/root/npm-roots.pem", await readFile(authority), "0644");
    lines.push("cafile=/root/npm-roots.pem");
  }
  await host.write("/root/.npmrc", `${lines.join("\n")}\n`, "0600");
}

/** As an operator installs and upgrades it. */
export async function installConvene(host: NestedHost, file: string): Promise<void> {
  await host.write("/root/convene.tgz", await readFile(file), "0644");
  await host.run("npm install --global /root/convene.tgz", NPM_DEADLINE_MS);
}

async function npm(words: readonly string[]): Promise<string> {
  const { stdout } = await runCommand({ command: "npm", arguments: words, timeoutMs: NPM_DEADLINE_MS });
  return stdout.trim();
}
