/** Reading the keys below a prefix: no more than is safe, and never taking missing rights for missing keys. */
import { expect } from "chai";
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { Consul } from "../../../src/consul/consul.ts";
import { createConsul } from "../../../src/consul/create-consul.ts";
import { systemClock } from "../../../src/system/clock.ts";
import { Secret } from "../../../src/system/secret.ts";
import { failureOf } from "../../lab/failure.ts";
import { silentLogger } from "../../lab/silent-logger.ts";

const LIST = "/v1/kv/service/?recurse=true";
const PROBE = "/v1/kv/service/";

describe("reading keys", () => {
  let server: Server;
  let consul: Consul;
  let answers: Record<string, readonly [number, string]> = {};
  let sent = 0;

  before(async () => {
    server = createServer((request, response) => {
      const [status, body] = answers[request.url ?? ""] ?? [500, `not expected: ${request.url}`];
      response.writeHead(status);
      for (let at = 0; at < body.length; at += 65_536) response.write(body.slice(at, at + 65_536));
      response.end();
      sent = body.length;
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const found = server.address();
    consul = createConsul({
      address: "127.0.0.1",
      port: typeof found === "object" && found !== null ? found.port : 0,
      token: new Secret("t"),
      site: "meet",
      tokenSecret: "consul-token",
      clock: systemClock,
      logger: silentLogger,
    });
  });
  after(() => {
    server.closeAllConnections();
    server.close();
  });

  const entry = (key: string, value: string | null) => ({ Key: key, Value: value, ModifyIndex: 3 });

  it("decodes values, empty ones too", async () => {
    const listed = [entry("service/a", Buffer.from("ä\n").toString("base64")), entry("service/b", null)];
    answers = { [LIST]: [200, JSON.stringify(listed)] };
    expect(await consul.keys("service/")).to.deep.equal([
      { key: "service/a", value: "ä\n", modifyIndex: 3 },
      { key: "service/b", value: "", modifyIndex: 3 },
    ]);
  });

  it("answers none where there are none and the token may read", async () => {
    answers = { [LIST]: [404, ""], [PROBE]: [404, ""] };
    expect(await consul.keys("service/")).to.deep.equal([]);
  });

  it("does not take keys for gone that the token may not see", async () => {
    answers = { [LIST]: [404, ""], [PROBE]: [403, "Permission denied"] };
    const error = await failureOf(consul.keys("service/"));
    expect(error).to.include({ code: "ConsulDenied", retryable: true });
    expect(error.hint).to.contain("the Secret consul-token").and.to.contain('key_prefix "service/"');
  });

  it("stops at too many keys", async () => {
    const many = Array.from({ length: 20_001 }, (_, index) => entry(`service/${index}`, null));
    answers = { [LIST]: [200, JSON.stringify(many)] };
    const error = await failureOf(consul.keys("service/"));
    expect(error).to.include({ code: "ConsulTooLarge", retryable: true });
    expect(error.message).to.contain("20000 keys");
    expect(error.hint).to.contain("consul kv get -keys service/");
  });

  it("stops in the middle of an answer that is too long", async () => {
    answers = { [LIST]: [200, JSON.stringify([entry("service/a", "A".repeat(30 * 2 ** 20))])] };
    const error = await failureOf(consul.keys("service/"));
    expect(error).to.include({ code: "ConsulTooLarge", retryable: true });
    expect(error.message).to.contain("8 MiB");
    expect(sent).to.be.above(8 * 2 ** 20);
  });
});
