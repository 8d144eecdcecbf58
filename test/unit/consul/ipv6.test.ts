/** A Consul whose URL has an IPv6 address. */
import { expect } from "chai";
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { createServer as createTlsServer, type Server as TlsServer } from "node:https";
import { createConsul } from "../../../src/consul/create-consul.ts";
import { systemClock } from "../../../src/system/clock.ts";
import { Secret } from "../../../src/system/secret.ts";
import { silentLogger } from "../../lab/silent-logger.ts";
import { makeAuthority, makeCertificate } from "../../lab/test-certificates.ts";

const NOTHING = (_request: object, response: { writeHead(status: number): { end(): void } }): void => {
  response.writeHead(404).end();
};

describe("a Consul with an IPv6 address", () => {
  async function reads(server: Server | TlsServer, tls: { readonly ca: string } | undefined): Promise<void> {
    server.listen(0, "::1");
    await once(server, "listening");
    const found = server.address();
    const consul = createConsul({
      address: "::1",
      port: typeof found === "object" && found !== null ? found.port : 0,
      token: new Secret("t"),
      site: "meet",
      clock: systemClock,
      logger: silentLogger,
      ...(tls ? { tls } : {}),
    });
    try {
      expect(await consul.inventory()).to.deep.equal(new Map());
      expect(await consul.keys("service/")).to.deep.equal([]);
    } finally {
      server.close();
      server.closeAllConnections();
    }
  }

  it("is reached by the client and by single requests", async () => {
    const server = createServer(NOTHING);
    await reads(server, undefined);
  });

  it("is reached over TLS too", async () => {
    const root = await makeAuthority();
    const { pem, keyPem } = await makeCertificate({ names: ["::1"], issuer: root });
    const server = createTlsServer({ cert: pem, key: keyPem }, NOTHING);
    await reads(server, { ca: root.pem });
  });
});
