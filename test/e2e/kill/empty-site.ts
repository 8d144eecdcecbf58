/** The site of empty containers (test/lab/empty-catalogue), with what a scenario changes in it. */

export const SITE_NAME = "kill";

export interface EmptySite {
  readonly workers: readonly number[];
  /** Another date is another image. */
  readonly refresh: string;
  readonly people: readonly string[];
  readonly memory: string;
}

/** The one manifest file. */
export function emptySite(number: number, consulPort: number, site: EmptySite): string {
  const workers = site.workers.map(
    (one) =>
      `      - {name: worker-${one}, volume: worker-${one}-data, key: service/worker/${one}, memory: ${site.memory}}`,
  );
  const people = site.people.map(
    (name) => `apiVersion: convene/v1alpha1
kind: User
metadata: {name: ${name}}
spec: {displayName: ${name}, password: {generate: true}}
---
`,
  );
  return `${people.join("")}apiVersion: convene/v1alpha1
kind: Site
metadata: {name: ${SITE_NAME}}
spec:
  domain: kill.school.example
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
    workers:
${workers.join("\n")}
`;
}
