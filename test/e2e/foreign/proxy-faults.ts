/** What HAProxy or the certificate authority refuse: their own words, and what is served goes on being served. */
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "chai";
import { stopDaemon } from "../../lab/daemon.ts";
import { isReady } from "../agent-status.ts";
import type { ForeignHost } from "./foreign-host.ts";

const SHIPPED = join(import.meta.dirname, "../../../manifests/proxy/haproxy.cfg.liquid");

export function proxyFaults(host: () => ForeignHost): void {
  const config = async (): Promise<string> => await host().exec("proxy", "cat /etc/haproxy/haproxy.cfg");
  const redirects = async (): Promise<string> => {
    const { stdout } = await host().harness.asVisitor("curl", [
      "-sS",
      "-o",
      "/dev/null",
      "-w",
      "%{http_code}",
      "http://meet.school.example/",
    ]);
    return stdout;
  };

  it("a configuration HAProxy does not accept is refused in its words, and the old one stays", async function () {
    this.timeout(120_000);
    const before = await config();
    await mkdir(join(host().override, "proxy"), { recursive: true });
    const template = `${await readFile(SHIPPED, "utf8")}\nbackend broken\n  serve nothing\n`;
    await writeFile(join(host().override, "proxy", "haproxy.cfg.liquid"), template);
    try {
      const outcome = await host().push({ text: "second" });
      expect(outcome.stderr, outcome.stderr).to.match(/unknown keyword 'serve' in 'backend' section/);
      expect(await config()).to.equal(before);
      expect(await redirects()).to.equal("301");
      expect(await host().exec("worker-1", "cat /etc/marker.conf")).to.include("text=second");
    } finally {
      await rm(host().override, { recursive: true });
    }
    expect((await host().push({ text: "third" })).stderr).to.match(/✓ Ready at/);
  });

  it("an authority that cannot be reached: certbot's words, and the site is Ready with a certificate of its own", async function () {
    this.timeout(180_000);
    const directory = `/var/lib/${host().harness.project}-internet`;
    await stopDaemon({ pidFile: join(directory, "pebble.pid"), mark: join(directory, "pebble.json") });
    const route = `apiVersion: convene/v1alpha1
kind: Route
metadata: {name: docs}
spec: {host: docs.school.example, backend: {address: 10.10.93.30, port: 7001}}
`;
    const outcome = await host().push({}, { "routes.yaml": route });
    expect(outcome.stderr, outcome.stderr).to.match(
      /certificate\/docs\.school\.example .*Connection refused[\s\S]*✓ Ready at/,
    );
    // Nothing is ordered for a while, and the reason stays.
    const again = await host().harness.host.convene(["reconcile", "--wait"]);
    expect(again.exitCode, again.stderr).to.equal(0);
    const status = await host().client.status();
    expect(isReady(status)).to.equal(true);
    expect(status.errors.map(({ message }) => message).join("\n")).to.match(
      /ordering a certificate for docs\.school\.example failed[\s\S]*(?:refused|unable to|Max retries)/i,
    );
    expect(status.conditions.find(({ type }) => type === "CertificatesTrusted")).to.include({
      status: "False",
    });
    const page = await host().harness.asVisitor("curl", [
      "-sSk",
      "-o",
      "/dev/null",
      "-w",
      "%{http_code} %{ssl_verify_result}",
      "https://docs.school.example/",
    ]);
    expect(page.stdout).to.match(/^503 /);
    expect((await host().push({})).stderr).to.match(/✓ Ready at/);
  });
}
