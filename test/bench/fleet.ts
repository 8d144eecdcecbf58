/** A site of many cheap containers and keys: what a pass has to look at, without what a conference needs. */
import { stringify } from "yaml";
import { z } from "zod";
import type { SiteFiles } from "../lab/lab-site.ts";
import type { BenchConsul } from "./bench-consul.ts";

export const MEMBERS = 50;
export const KEYS = 500;
/** Keys a module needs to be a backend of the proxy (upstream.md row 19). */
const KEYS_A_MODULE = 3;

const keyList = z.array(z.string());

export function fleetSite(address: string, prefix: string): SiteFiles {
  const members = Array.from({ length: MEMBERS }, (_, index) => ({
    name: `member-${index + 1}`,
    key: `service/fleet/member-${index + 1}`,
  }));
  const documents = [
    document("Site", "bench", {
      domain: "meet.school.example",
      adminEmail: "it@school.example",
      addresses: { public: [address] },
      network: { ipv4: `${prefix}.1/24` },
      catalogue: "1",
    }),
    document("Component", "consul", { uses: "consul" }),
    document("Component", "fleet", { uses: "fleet", parameters: { members } }),
  ];
  return { "site.yaml": documents.join("---\n") };
}

/** Fills Consul up to `KEYS` keys with those of other modules, well-formed as the real ones are. */
export async function addForeignKeys(consul: BenchConsul): Promise<void> {
  const there = keyList.parse(await consul.get("/v1/kv/?keys"));
  const missing = KEYS - there.length;
  for (let index = 0; index < missing; index += 1) {
    const name = `module-${Math.floor(index / KEYS_A_MODULE)}`;
    const [key, value] = [
      [`service/haproxy/acl/${name}/host`, `${name}.school.example`],
      [`service/haproxy/use-backend/${name}`, name],
      [`service/haproxy/backends/no-ssl/${name}`, ""],
    ][index % KEYS_A_MODULE] ?? ["", ""];
    await consul.put(`/v1/kv/${key}`, value ?? "");
  }
}

function document(kind: string, name: string, spec: unknown): string {
  return stringify({ apiVersion: "convene/v1alpha1", kind, metadata: { name }, spec });
}
