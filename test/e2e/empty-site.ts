/** The site of empty containers (test/lab/empty-catalogue), with what a scenario changes in it. */
import type { SiteFiles } from "../lab/lab-site.ts";

export const SITE_NAME = "empty";
export const SITE_DOMAIN = "empty.school.example";

export interface EmptySite {
  readonly workers: readonly number[];
  /** Another date is another image. */
  readonly refresh: string;
  readonly people: readonly string[];
  /** Of each worker. */
  readonly memory: string;
  /** Written into every container's file and into a key. */
  readonly text: string;
  /** The store's public port. */
  readonly port: number;
}

export interface EmptyPlace {
  /** The harness's number. */
  readonly number: number;
  /** Port of an existing Consul on this machine. */
  readonly consulPort: number;
}

export const EMPTY_SITE: EmptySite = {
  workers: [1],
  refresh: "2026-01-01",
  people: ["m.meier"],
  memory: "128MiB",
  text: "first",
  port: 7000,
};

/** `site.yaml` for what is always there, `people.yaml` when there are any. */
export function emptySite({ number, consulPort }: EmptyPlace, site: EmptySite): SiteFiles {
  const listed = site.workers.map(
    (one) =>
      `\n      - {name: worker-${one}, volume: worker-${one}-data, key: service/worker/${one}, memory: ${site.memory}}`,
  );
  const people = site.people.map(
    (name) =>
      `apiVersion: convene/v1alpha1\nkind: User\nmetadata: {name: ${name}}\nspec: {displayName: ${name}, password: {generate: true}}\n`,
  );
  const manifests = `apiVersion: convene/v1alpha1
kind: Site
metadata: {name: ${SITE_NAME}}
spec:
  domain: ${SITE_DOMAIN}
  adminEmail: it@school.example
  addresses: {public: [192.0.2.${number}]}
  network: {ipv4: 10.10.${number}.1/24}
  catalogue: "1"
  consul: {url: "http://127.0.0.1:${consulPort}", token: {secretRef: consul}}
---
apiVersion: convene/v1alpha1
kind: Secret
metadata: {name: consul}
spec: {hostFile: consul}
---
apiVersion: convene/v1alpha1
kind: Component
metadata: {name: empty}
spec:
  uses: empty
  parameters:
    refresh: "${site.refresh}"
    text: ${site.text}
    port: ${site.port}
    workers:${listed.length > 0 ? listed.join("") : " []"}
`;
  return { "site.yaml": manifests, ...(people.length > 0 ? { "people.yaml": people.join("---\n") } : {}) };
}
