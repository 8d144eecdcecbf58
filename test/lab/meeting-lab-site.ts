/** The meeting lab's site: the starter's kind of manifests and the shipped catalogue, brought to desired state by the model. */
import { join } from "node:path";
import type { DesiredState } from "../../src/model/desired-state.ts";
import { hashContent } from "../../src/model/file-digest.ts";
import { Secret } from "../../src/system/secret.ts";
import { labCatalogue } from "./lab-catalogue.ts";
import type { LabAddresses } from "./meeting-lab-slot.ts";
import { buildSite } from "./sample-model.ts";
import { CATALOGUE } from "./shipped-configuration.ts";

const CHECKOUT = join(import.meta.dirname, "../..");

export const LAB_DOMAIN = "meet.lab.test";
export const LAB_TURN_DOMAIN = "turn.lab.test";
/** The one person of the site. */
export const LAB_PERSON = "alice";
export const RELAY_PORTS = { first: 50_000, last: 51_000 };

export interface LabSiteOptions {
  readonly access?: "members" | "open";
  /** How many bridges; 1 when absent. */
  readonly bridges?: number;
}

/** A generated secret of the site by its name in the manifests, or a person's password. */
export function labSecret(name: string): Secret {
  return new Secret(`lab-value-of-${name}`);
}

export async function buildLabSite(
  addresses: LabAddresses,
  options: LabSiteOptions = {},
): Promise<DesiredState> {
  const files = { "site.yaml": siteYaml(addresses, options) };
  return await buildSite(files, [...(await labCatalogue(CHECKOUT)), CATALOGUE], {
    secrets: {
      internal: labSecret,
      password: labSecret,
      operator: labSecret,
      fingerprint: (value) => hashContent(value.reveal()),
    },
  });
}

function siteYaml(addresses: LabAddresses, { access = "members", bridges = 1 }: LabSiteOptions): string {
  const names = Array.from({ length: bridges }, (_, index) => `{name: bridge-${index + 1}}`);
  return `apiVersion: convene/v1alpha1
kind: Site
metadata: {name: meet}
spec:
  domain: ${LAB_DOMAIN}
  adminEmail: it@lab.test
  timezone: Europe/Berlin
  addresses: {public: [${addresses.public}]}
  network: {ipv4: ${addresses.gateway}/24}
  catalogue: "1"
---
apiVersion: convene/v1alpha1
kind: Component
metadata: {name: consul}
spec: {uses: consul}
---
apiVersion: convene/v1alpha1
kind: Component
metadata: {name: proxy}
spec: {uses: proxy}
---
apiVersion: convene/v1alpha1
kind: Component
metadata: {name: turn}
spec: {uses: turn, parameters: {domain: ${LAB_TURN_DOMAIN}, relayPorts: ${RELAY_PORTS.first}-${RELAY_PORTS.last}}}
---
apiVersion: convene/v1alpha1
kind: Component
metadata: {name: jitsi}
spec: {uses: jitsi, parameters: {access: ${access}, language: en, bridges: [${names.join(", ")}]}}
---
apiVersion: convene/v1alpha1
kind: User
metadata: {name: ${LAB_PERSON}}
spec: {displayName: Alice, email: alice@lab.test, password: {generate: true}}
`;
}
