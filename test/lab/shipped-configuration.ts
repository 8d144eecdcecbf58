/** The catalogue's templates rendered with sample values, for tests that start the real servers with them. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Language } from "../../src/manifests/schema/files.ts";
import { createTemplateEngine, type TemplateVariables } from "../../src/model/templates.ts";
import { Secret } from "../../src/system/secret.ts";

export const CATALOGUE = join(import.meta.dirname, "../../manifests");
export const LAB_CATALOGUE = join(import.meta.dirname, "catalogue");

/** What the model would hand in for a site with two bridges; `TemplateVariables` of one container. */
export function sampleVariables(changes: Readonly<Record<string, unknown>> = {}): TemplateVariables {
  return {
    site: {
      name: "meet",
      domain: "meet.lab.test",
      adminEmail: "it@lab.test",
      timezone: "Europe/Berlin",
      publicIpv4: "192.0.2.10",
      publicIpv6: "",
      listenIpv4: "192.0.2.10",
      listenIpv6: "",
    },
    parameters: { access: "members", language: "de", config: {} },
    containers: {
      proxy: { ipv4: "10.10.1.10", ipv6: "" },
      turn: { ipv4: "10.10.1.15", ipv6: "" },
      jitsi: { ipv4: "10.10.1.20", ipv6: "" },
      "bridge-1": { ipv4: "10.10.1.21", ipv6: "" },
      "bridge-2": { ipv4: "10.10.1.22", ipv6: "" },
    },
    groups: {
      jitsi: [
        { name: "bridge-1", ipv4: "10.10.1.21", number: 1, item: { name: "bridge-1" } },
        { name: "bridge-2", ipv4: "10.10.1.22", number: 2, item: { name: "bridge-2" } },
      ],
    },
    self: { name: "jitsi", ipv4: "10.10.1.20", ipv6: "", memoryMiB: 2048 },
    effective: {
      coturn: {
        domain: "turn.lab.test",
        adminEmail: "it@lab.test",
        address: "10.10.1.15",
        listeningPort: 3478,
        tlsListeningPort: 5349,
        minPort: 50_000,
        maxPort: 51_000,
      },
    },
    secrets: {
      "turn-secret": new Secret("turn-secret-of-the-tests"),
      "focus-password": new Secret("focus-password-of-the-tests"),
      "jvb-password": new Secret("jvb-password-of-the-tests"),
    },
    ...changes,
  };
}

/** Renders `COMPONENT/FILE.liquid` of the shipped catalogue. */
export function renderShipped(
  component: string,
  file: string,
  language: Language,
  variables: TemplateVariables,
): string {
  const source = readFileSync(join(CATALOGUE, component, `${file}.liquid`), "utf8");
  return createTemplateEngine().render(`${component}/${file}.liquid`, source, language, variables);
}

/** Replaces each text, which must be there: a test's paths and ports in place of a container's. */
export function adapted(text: string, replacements: Readonly<Record<string, string>>): string {
  return Object.entries(replacements).reduce((result, [from, to]) => {
    if (!result.includes(from)) throw new Error(`the shipped configuration has no ${from}`);
    return result.replaceAll(from, to);
  }, text);
}
