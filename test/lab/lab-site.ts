/** What the lab needs to know of a site folder and what it writes into the host's settings for it. */
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { parseAllDocuments } from "yaml";
import { z } from "zod";

export type SiteFiles = Readonly<Record<string, string>>;

const siteSchema = z.object({
  kind: z.literal("Site"),
  spec: z.object({
    domain: z.string(),
    addresses: z.object({ public: z.array(z.string()), listen: z.array(z.string()).optional() }),
  }),
});

/** A relay has a name of its own. */
const relaySchema = z.object({
  kind: z.literal("Component"),
  spec: z.object({ uses: z.literal("turn"), parameters: z.object({ domain: z.string() }) }),
});

export interface LabSite {
  readonly domain: string;
  readonly relays: readonly string[];
  /** The host's own addresses that the site listens on. */
  readonly listen: readonly string[];
}

/** The files of a flat folder by name. */
export async function readSiteFolder(folder: string): Promise<SiteFiles> {
  const entries = await readdir(folder, { withFileTypes: true });
  const names = entries.filter((entry) => entry.isFile()).map((entry) => entry.name);
  return Object.fromEntries(
    await Promise.all(names.map(async (name) => [name, await readFile(join(folder, name), "utf8")] as const)),
  );
}

/** Finds the Site among the files; throws when there is none. */
export function findSite(files: SiteFiles): LabSite {
  const manifests = Object.entries(files)
    .filter(([name]) => /\.ya?ml$/.test(name))
    .flatMap(([, text]) => parseAllDocuments(text).map((document): unknown => document.toJS()));
  const [site] = manifests.flatMap((manifest) => siteSchema.safeParse(manifest).data ?? []);
  if (site === undefined) throw new Error("the folder has no Site manifest");
  const { domain, addresses } = site.spec;
  const relays = manifests.flatMap((manifest) => relaySchema.safeParse(manifest).data ?? []);
  return {
    domain,
    relays: relays.map(({ spec }) => spec.parameters.domain),
    listen: addresses.listen ?? addresses.public,
  };
}

/** RFC 5737 and RFC 3849: addresses no real host has, which the lab therefore makes. */
export function isDocumentationAddress(address: string): boolean {
  return /^(?:192\.0\.2|198\.51\.100|203\.0\.113)\.|^2001:db8:/i.test(address);
}
