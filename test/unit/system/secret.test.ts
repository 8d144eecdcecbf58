import { inspect } from "node:util";
import { expect } from "chai";
import { Secret, revealed } from "../../../src/system/secret.ts";

describe("a secret", () => {
  const secret = new Secret("hunter2");
  const shown: Readonly<Record<string, string>> = {
    "as text": String(secret),
    "as JSON": JSON.stringify({ secret }),
    inspected: inspect({ deep: [secret] }, { depth: 10, showHidden: true }),
    "as an object's entries": JSON.stringify(Object.entries(secret)),
    "in an error": inspect(new Error("no", { cause: secret })),
  };
  for (const [way, text] of Object.entries(shown)) {
    it(`is not shown ${way}`, () => {
      expect(text).not.to.contain("hunter2");
    });
  }

  it("is revealed only where that is asked for", () => {
    expect([secret.reveal(), revealed(secret), revealed("plain")]).to.deep.equal([
      "hunter2",
      "hunter2",
      "plain",
    ]);
  });
});
