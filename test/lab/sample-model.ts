/** Sites as text, brought to desired state by the model, without a host. */
import { readFile, readdir } from "node:fs/promises";
import { formatDiagnostic } from "../../src/manifests/diagnostic.ts";
import { buildDesiredState } from "../../src/model/build.ts";
import type { DesiredState } from "../../src/model/desired-state.ts";
import { hashContent } from "../../src/model/file-digest.ts";
import type { ModelInput } from "../../src/model/model-input.ts";
import { resolveTree } from "../../src/model/resolve-tree.ts";
import { createTemplateEngine } from "../../src/model/templates.ts";
import { Secret } from "../../src/system/secret.ts";

const ROOT = new URL("../../", import.meta.url);
export const SHIPPED_CATALOGUE = new URL("manifests", ROOT).pathname;
export const SMALL_CATALOGUE = new URL("test/fixtures/catalogue", ROOT).pathname;

export type Files = Readonly<Record<string, string>>;

/** The starter site, file by file. */
export async function starterFiles(): Promise<Files> {
  const folder = new URL("desired-state/", ROOT);
  const names = (await readdir(folder)).filter((name) => name.endsWith(".yaml"));
  const entries = names.map(async (name) => [name, await readFile(new URL(name, folder), "utf8")] as const);
  return Object.fromEntries(await Promise.all(entries));
}

/** Everything the model needs; throws what the manifests' own checks find. */
export async function modelInput(
  files: Files,
  catalogue: string | readonly string[],
  changes: Partial<ModelInput> = {},
): Promise<ModelInput> {
  const tree = Object.entries(files).map(([path, text]) => ({
    path,
    content: new TextEncoder().encode(text),
  }));
  const { site, manifests, components, diagnostics } = await resolveTree(
    tree,
    typeof catalogue === "string" ? [catalogue] : catalogue,
  );
  if (!site || diagnostics.length > 0) throw new Error(diagnostics.map(formatDiagnostic).join("\n"));
  const directory = "https://acme.test/directory";
  return {
    revision: "r1+catalogue@1",
    site,
    manifests,
    components,
    host: {
      pool: "convene",
      network: "convene0",
      ipv4: site.manifest.spec.network.ipv4,
      acme: { directory, rootPem: "" },
      exceptions: [],
    },
    secrets: {
      internal: (name) => new Secret(`value-of-${name}`),
      password: (user) => new Secret(`password-of-${user}`),
      operator: (name) => new Secret(`operator-${name}`),
      fingerprint: (value) => hashContent(value.reveal()),
    },
    foreign: new Map(),
    today: "2026-11-22",
    ...changes,
  };
}

export async function buildSite(
  files: Files,
  catalogue: string | readonly string[],
  changes: Partial<ModelInput> = {},
): Promise<DesiredState> {
  return buildDesiredState(await modelInput(files, catalogue, changes), createTemplateEngine());
}

/** A site of the small catalogue with a container of its own, `wiki`, whose spec goes on as given. */
export function smallSite({
  wiki = "",
  site = "",
}: {
  readonly wiki?: string;
  readonly site?: string;
} = {}): Files {
  return {
    "site.yaml": `apiVersion: convene/v1alpha1
kind: Site
metadata: {name: meet}
spec:
  domain: meet.test
  adminEmail: it@meet.test
  addresses: {public: [192.0.2.10]}
  catalogue: "1"
${indented(site)}
---
apiVersion: convene/v1alpha1
kind: Component
metadata: {name: base}
spec: {uses: base}
`,
    "wiki/wiki.yaml": `apiVersion: convene/v1alpha1
kind: Container
metadata: {name: wiki}
spec:
  image: base
  address: {hostPart: 40}
${indented(wiki)}
`,
    "wiki/wiki.conf.liquid": "name = {{ site.domain }}\n",
  };
}

function indented(text: string): string {
  return text
    .split("\n")
    .map((line) => `  ${line}`)
    .join("\n");
}
