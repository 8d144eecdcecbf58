import { inspect } from "node:util";
import { expect } from "chai";
import { consulError } from "../../../src/consul/consul-error.ts";

const where = "10.10.1.5:8500";

function answered(statusCode: number, body: unknown) {
  const response = { statusCode, body, req: { headers: { "x-consul-token": "very-secret" } } };
  return Object.assign(new Error("consul: refused"), { isResponse: true, response });
}

describe("errors of Consul", () => {
  it("says what was done, where, and what Consul said", () => {
    const error = consulError("read the keys", where, answered(403, "Permission denied"));
    expect(error.message).to.equal("cannot read the keys: Consul at 10.10.1.5:8500 says: Permission denied");
    expect(error.code).to.equal("ConsulError");
    expect(error.retryable).to.equal(false);
  });

  it("never carries the token along", () => {
    const error = consulError("read the keys", where, answered(403, "Permission denied"));
    expect(inspect(error, { depth: 10 })).not.to.contain("very-secret");
  });

  const cases = [
    { what: "no leader", error: answered(500, "No cluster leader"), code: "ConsulNotReady" },
    { what: "a token not known yet", error: answered(403, "ACL not found"), code: "ConsulNotReady" },
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
});
