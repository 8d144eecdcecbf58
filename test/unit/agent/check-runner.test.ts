/** What the agent hands its checks: the site's own names lead to this host, certificates and keys come from their container. */
import { randomBytes } from "node:crypto";
import { inspect } from "node:util";
import { expect } from "chai";
import { createCheckRunner } from "../../../src/agent/check-runner.ts";
import type { CheckContext } from "../../../src/checks/check.ts";
import { createCheckContext } from "../../../src/checks/check-context.ts";
import { createSecretStore } from "../../../src/secrets/secret-store.ts";
import { systemClock } from "../../../src/system/clock.ts";
import { state } from "../../lab/sample-site.ts";
import { createSimulatedLxd } from "../../lab/simulated-lxd.ts";

const DOMAIN = "turn.meet.test";

describe("the agent's context of checks", () => {
  const asked: string[] = [];
  let context: CheckContext;

  before(() => {
    const readFile = async (container: string, path: string) => {
      asked.push(`${container}:${path}`);
      return path.endsWith(".missing.test.key.pem") ? undefined : Buffer.from(`content of ${path}`);
    };
    const certificate = {
      email: "it@meet.test",
      directory: "https://acme.test/",
      container: "proxy",
      endpoints: [],
    };
    const desired = state({
      containers: [],
      certificates: [DOMAIN, "x.missing.test"].map((domain) => ({ ...certificate, domain })),
    });
    createCheckRunner({
      lxd: { ...createSimulatedLxd().lxd, readFile },
      store: createSecretStore({ directory: "/nowhere", randomBytes, readOnly: true }),
      desired: () => desired,
      makeContext: (input) => {
        context = createCheckContext({ ...input, clock: systemClock, signal: new AbortController().signal });
        return context;
      },
    });
  });

  beforeEach(() => {
    asked.length = 0;
  });

  it("leads the site's own names to the addresses the host listens on", async () => {
    expect(await context.resolve("meet.test")).to.deep.equal(["192.0.2.10"]);
    expect(await context.resolve(DOMAIN)).to.deep.equal(["192.0.2.10"]);
  });

  it("reads a certificate and its key from the container that keeps them, and shows the key to nobody", async () => {
    expect(await context.readCertificate(DOMAIN)).to.equal(`content of /var/certs/${DOMAIN}.cert.pem`);
    const key = await context.readPrivateKey(DOMAIN);
    expect(key?.reveal()).to.equal(`content of /var/certs/${DOMAIN}.key.pem`);
    expect([String(key), JSON.stringify(key), inspect(key)].join(" ")).to.equal('*** "***" ***');
    expect(asked).to.deep.equal([
      `proxy:/var/certs/${DOMAIN}.cert.pem`,
      `proxy:/var/certs/${DOMAIN}.key.pem`,
    ]);
  });

  it("knows nothing of a domain nobody declared, and no key where none lies", async () => {
    expect(await context.readCertificate("elsewhere.test")).to.equal(undefined);
    expect(await context.readPrivateKey("elsewhere.test")).to.equal(undefined);
    expect(asked).to.deep.equal([]);
    expect(await context.readPrivateKey("x.missing.test")).to.equal(undefined);
  });
});
