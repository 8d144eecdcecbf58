import { inspect } from "node:util";
import { expect } from "chai";
import { consulError } from "../../../src/consul/consul-error.ts";

const where = { address: "10.10.1.5", port: 8500, site: "meet", container: "consul" };
const existing = { address: "consul.test", port: 8501, site: "meet", tokenSecret: "consul-token" };

function answered(statusCode: number, body: unknown) {
  const response = { statusCode, body, req: { headers: { "x-consul-token": "very-secret" } } };
  return Object.assign(new Error("consul: refused"), { isResponse: true, response });
}

describe("errors of Consul", () => {
  it("says what was done, where, and what Consul said", () => {
    const error = consulError("read the keys", where, answered(403, "Permission denied"));
    expect(error.message).to.equal("cannot read the keys: Consul at 10.10.1.5:8500 says: Permission denied");
    expect(error.code).to.equal("ConsulDenied");
  });

  it("never carries the token along", () => {
    const error = consulError("read the keys", where, answered(403, "Permission denied"));
    expect(inspect(error, { depth: 10 })).not.to.contain("very-secret");
  });

  const cases = [
    { what: "no leader", error: answered(500, "No cluster leader"), code: "ConsulNotReady" },
    { what: "a token not known yet", error: answered(403, "ACL not found"), code: "ConsulNotReady" },
    { what: "missing rights", error: answered(403, "Permission denied"), code: "ConsulDenied" },
    {
      what: "missing rights inside a transaction",
      error: answered(409, { Errors: [{ OpIndex: 0, What: "Permission denied" }] }),
      code: "ConsulDenied",
    },
    { what: "too many requests", error: answered(429, ""), code: "ConsulNotReady" },
    {
      what: "a stale inventory",
      error: answered(409, { Errors: [{ OpIndex: 3, What: 'failed to set key "i", index is stale' }] }),
      code: "ConsulConflict",
    },
    {
      what: "a closed port",
      error: Object.assign(new Error("connect ECONNREFUSED"), { code: "ECONNREFUSED" }),
      code: "ConsulUnreachable",
    },
    {
      what: "silence",
      error: Object.assign(new Error("request timed out (10000ms)"), { isTimeout: true }),
      code: "ConsulUnreachable",
    },
  ];
  for (const { what, error, code } of cases) {
    it(`calls ${what} ${code}, and worth another try`, () => {
      const mapped = consulError("write 2 keys", where, error);
      expect([mapped.code, mapped.retryable]).to.deep.equal([code, true]);
      expect(mapped.hint).to.be.a("string");
    });
  }

  for (const words of ["ACL not found", "Permission denied"]) {
    it(`names the token's Secret and the policy it needs in a Consul the Site names: ${words}`, () => {
      const { hint } = consulError("read the keys", existing, answered(403, words));
      expect(hint).to.contain("the Secret consul-token");
      for (const rule of ["service/", "convene/meet/"])
        expect(hint).to.contain(`key_prefix "${rule}" { policy = "write" }`);
      expect(hint).to.contain('service_prefix "" { policy = "write" }');
    });
  }

  it("asks for a token where the Site names none", () => {
    const { tokenSecret: _, ...nameless } = existing;
    expect(consulError("read", nameless, answered(403, "Permission denied")).hint).to.contain(
      "spec.consul.token",
    );
  });

  it("sends nobody to the logs of a container that a Consul of others has not", () => {
    const closed = Object.assign(new Error("connect ECONNREFUSED"), { code: "ECONNREFUSED" });
    for (const error of [closed, answered(500, "No cluster leader"), answered(404, "?")]) {
      expect(consulError("read", existing, error).hint).not.to.contain("convene logs");
      expect(consulError("read", where, error).hint).to.contain("convene logs consul");
    }
  });

  it("says which certificate would do", () => {
    for (const code of ["ERR_TLS_CERT_ALTNAME_INVALID", "SELF_SIGNED_CERT_IN_CHAIN", "CERT_HAS_EXPIRED"]) {
      const { hint } = consulError("read", existing, Object.assign(new Error("no"), { code }));
      expect(hint).to.contain("consul.test").and.to.contain("spec.consul.ca");
    }
  });

  it("says what to write when a Consul that speaks TLS was asked in plain HTTP", () => {
    const error = answered(400, "Client sent an HTTP request to an HTTPS server.");
    expect(consulError("read", existing, error).hint).to.contain("https://");
  });
});
