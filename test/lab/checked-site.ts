/** An agent over a simulated host whose checks ask a real web server, which fails as the test says. */
import { createServer } from "node:http";
import { promisify } from "node:util";
import { type AgentLab, startAgent } from "./agent-lab.ts";
import { type Files, smallSite } from "./sample-model.ts";

export interface CheckedSite extends AsyncDisposable {
  readonly lab: AgentLab;
  readonly files: Files;
  /** The manifests of its checks: `page` and `search` in the container `wiki`, `search` after `page`, and `cloud`. */
  readonly checks: string;
  /** Paths that fail, `/page` or another; all of them with `*`. */
  failing: readonly string[];
  /** Paths that were asked for. */
  readonly asked: string[];
}

function checkManifest(name: string, port: number, more = ""): string {
  const target = `host: meet.test, address: 127.0.0.1, port: ${port}, scheme: http, path: /${name}`;
  return `---
apiVersion: convene/v1alpha1
kind: Check
metadata: {name: ${name}}
spec: {kind: http, interval: 1m, ${target}${more}}
`;
}

/** Resolves when the site has been proven. */
export async function startCheckedSite(): Promise<CheckedSite> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    const path = request.url ?? "";
    asked.push(path);
    response.writeHead(site.failing.includes("*") || site.failing.includes(path) ? 503 : 200).end("hello");
  });
  await promisify((host: string, done: () => void) => server.listen(0, host, done))("127.0.0.1");
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const checks = [
    checkManifest("page", port, ", container: wiki"),
    checkManifest("search", port, ", container: wiki, dependsOn: [page]"),
    checkManifest("cloud", port),
  ].join("");
  const files = { ...smallSite({ wiki: "units: [{name: wiki}]" }), "checks.yaml": checks };
  const lab = await startAgent(files);
  const site: CheckedSite = {
    lab,
    files,
    checks,
    failing: [],
    asked,
    [Symbol.asyncDispose]: async () => {
      try {
        await lab.stop();
      } finally {
        server.closeAllConnections();
        await promisify(server.close.bind(server))();
      }
    },
  };
  await lab.until("Ready", () => lab.api.status().revision.healthy !== null);
  return site;
}
