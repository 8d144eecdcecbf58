import { expect } from "chai";
import { serviceDigest } from "../../../src/consul/service-digest.ts";

const service = {
  id: "convene-web",
  name: "web",
  address: "10.10.1.20",
  port: 80,
  tags: ["b", "a"],
  check: { kind: "tcp", address: "10.10.1.20:80", intervalSeconds: 10 },
} as const;

describe("the digest of a service", () => {
  it("does not depend on the order of tags", () => {
    expect(serviceDigest({ ...service, tags: ["a", "b"] })).to.equal(serviceDigest(service));
  });

  const changes = [
    { port: 81 },
    { address: "10.10.1.21" },
    { tags: ["a"] },
    { name: "web2" },
    { check: { ...service.check, intervalSeconds: 11 } },
    { check: { kind: "http", url: "http://10.10.1.20/", intervalSeconds: 10 } },
  ] as const;
  for (const change of changes) {
    it(`changes with ${JSON.stringify(change)}`, () => {
      expect(serviceDigest({ ...service, ...change })).not.to.equal(serviceDigest(service));
    });
  }

  it("changes when the check goes", () => {
    const { check: _, ...unchecked } = service;
    expect(serviceDigest(unchecked)).not.to.equal(serviceDigest(service));
  });
});
