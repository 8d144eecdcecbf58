/** Field types that several kinds of checks share. */
import { expect } from "chai";
import { hostField } from "../../../src/checks/spec-values.ts";

describe("the host of a check", () => {
  it("is a name as DNS and browsers take it, with an underscore too, or an IP address", () => {
    for (const host of ["turn.example.org", "turn_1.example.org", "_turn", "192.0.2.1", "2001:db8::1"])
      expect(hostField.safeParse(host).success, host).to.equal(true);
    for (const host of ["", "-x", "a b", "a/b", "turn.example.org.", "../x", "x".repeat(254)])
      expect(hostField.safeParse(host).success, host).to.equal(false);
  });
});
