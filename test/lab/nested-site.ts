/** A small site for a host in a container, and the operator's machine that pushes it there over ssh. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { NestedHost, NestedOutcome } from "./nested-lab.ts";

const CATALOGUE = join(import.meta.dirname, "catalogue/consul");
const LAB_CATALOGUE = "/opt/lab-catalogue";
const PUSH_DEADLINE_MS = 400_000;
const SSH = "ssh -o StrictHostKeyChecking=accept-new -o ConnectTimeout=10";

/** Consul from Debian, and no certificate authority: the site stays on its self-signed certificate. */
const NESTED_SETTINGS = `catalogue:
  - ${LAB_CATALOGUE}
  - /usr/local/lib/node_modules/convene/manifests
acme: {directory: "https://127.0.0.1:14000/dir"}
`;

/** Two containers; `paths` more or fewer in the Site's page lead to Consul's own pages. */
export function nestedSite(address: string, routes: readonly string[] = []): string {
  const documents = [
    `kind: Site
metadata: {name: nested}
spec:
  domain: meet.example.test
  adminEmail: it@example.test
  timezone: Europe/Berlin
  addresses: {public: [192.0.2.77], listen: [${address}]}
  catalogue: "1"`,
    "kind: Component\nmetadata: {name: consul}\nspec: {uses: consul}",
    "kind: Component\nmetadata: {name: proxy}\nspec: {uses: proxy}",
    route("meet", "meet.example.test"),
    ...routes.map((name) => route(name, `${name}.example.test`)),
  ];
  return documents.map((text) => `apiVersion: convene/v1alpha1\n${text}\n`).join("---\n");
}

function route(name: string, host: string): string {
  return `kind: Route\nmetadata: {name: ${name}}\nspec:\n  host: ${host}\n  backend: {address: 10.10.1.5, port: 8500}`;
}

/** What the host's owner puts there before `convene init`. */
export async function writeNestedSettings(host: NestedHost): Promise<void> {
  await host.run(`mkdir -p /etc/convene ${LAB_CATALOGUE}/consul`);
  await host.write("/etc/convene/config.yaml", NESTED_SETTINGS, "0640");
  for (const name of ["image.yaml", "acl-tokens.json.liquid"]) {
    await host.write(`${LAB_CATALOGUE}/consul/${name}`, await readFile(join(CATALOGUE, name)), "0644");
  }
}

export interface Operator {
  /** One line of `authorized_keys`. */
  readonly publicKey: string;
  /** Commits and pushes; the output is what git showed. */
  push(site: string, message: string): Promise<NestedOutcome>;
}

/** An ssh key and a clone of nothing yet. */
export async function createOperator(machine: NestedHost, host: NestedHost): Promise<Operator> {
  await machine.run("ssh-keygen -q -t ed25519 -N '' -f /root/.ssh/id_ed25519");
  await machine.run(`git config --global user.name Operator
    git config --global user.email operator@example.test
    git config --global core.sshCommand '${SSH}'
    git init --quiet --initial-branch=main /root/site
    git -C /root/site remote add host convene@${host.address}:site.git`);
  return {
    publicKey: await machine.run("cat /root/.ssh/id_ed25519.pub"),
    push: async (site, message) => {
      await machine.write("/root/site/site.yaml", site, "0644");
      await machine.run(`cd /root/site; git add site.yaml; git commit --quiet --message '${message}'`);
      return await machine.attempt("git -C /root/site push host main 2>&1", PUSH_DEADLINE_MS);
    },
  };
}
