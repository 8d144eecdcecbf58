/** Speaking to a Consul over TLS, by the npm client and by single requests alike. */
import { expect } from "chai";
import { once } from "node:events";
import { createServer, type Server } from "node:https";
import type { Consul } from "../../../src/consul/consul.ts";
import { createConsul } from "../../../src/consul/create-consul.ts";
import type { ConsulTls } from "../../../src/consul/endpoint.ts";
import { systemClock } from "../../../src/system/clock.ts";
import { Secret } from "../../../src/system/secret.ts";
import { failureOf } from "../../lab/failure.ts";
import { silentLogger } from "../../lab/silent-logger.ts";
import { makeAuthority, makeCertificate } from "../../lab/test-certificates.ts";

describe("a Consul behind TLS", () => {
  let server: Server;
  let authority: string;
  let stranger: string;
  let tokens: (string | undefined)[] = [];

  before(async () => {
    const root = await makeAuthority();
    const leaf = await makeCertificate({ names: ["127.0.0.1"], issuer: root });
    authority = root.pem;
    stranger = (await makeAuthority()).pem;
    server = createServer({ cert: leaf.pem, key: leaf.keyPem }, (request, response) => {
      tokens.push(request.headers["x-consul-token"]?.toString());
      const value = [{ Key: "service/x", Value: Buffer.from("over TLS").toString("base64"), ModifyIndex: 7 }];
      response.setHeader("content-type", "application/json");
      if (request.url === "/v1/kv/service/?recurse=true") response.end(JSON.stringify(value));
      else if (request.url === "/v1/status/leader") response.end('"127.0.0.1:8300"');
      else response.writeHead(404).end();
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
  });
  beforeEach(() => {
    tokens = [];
  });
  after(() => {
    server.closeAllConnections();
    server.close();
  });

  function connect(tls: ConsulTls | undefined, address = "127.0.0.1"): Consul {
    const found = server.address();
    return createConsul({
      address,
      port: typeof found === "object" && found !== null ? found.port : 0,
      token: new Secret("a token"),
      site: "meet",
      clock: systemClock,
      logger: silentLogger,
      ...(tls ? { tls } : {}),
    });
  }

  it("is spoken to when its certificate is from the authority the Site names", async () => {
    const consul = connect({ ca: authority });
    await consul.ready(1_000);
    expect(await consul.keys("service/")).to.deep.equal([
      { key: "service/x", value: "over TLS", modifyIndex: 7 },
    ]);
    expect(tokens).to.deep.equal(["a token", "a token", "a token"]);
  });

  for (const [what, tls, address] of [
    ["an authority this machine does not trust", () => ({}), "127.0.0.1"],
    ["another authority than the Site's", () => ({ ca: stranger }), "127.0.0.1"],
    ["another name", () => ({ ca: authority }), "localhost"],
  ] as const) {
    it(`gets no token when its certificate is from ${what}`, async () => {
      const consul = connect(tls(), address);
      for (const failed of [consul.keys("service/"), consul.inventory()]) {
        const error = await failureOf(failed);
        expect(error).to.include({ code: "ConsulUnreachable", retryable: true });
        expect(error.hint).to.contain("spec.consul.ca");
      }
      expect(tokens).to.deep.equal([]);
    });
  }

  it("is never spoken to in plain HTTP by mistake", async () => {
    expect((await failureOf(connect(undefined).keys("service/"))).code).to.match(/^Consul/);
    expect(tokens).to.deep.equal([]);
  });
});
