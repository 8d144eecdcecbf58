/** Keys that may push are shut in to git, and nothing but a key gets into the file. */
import { generateKeyPairSync } from "node:crypto";
import { expect } from "chai";
import { mergeAuthorizedKeys } from "../../../src/host/authorized-keys.ts";
import { reportError } from "../../../src/system/errors.ts";

const KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGV4YW1wbGU it@school.example";

describe("the keys that may push", () => {
  it("are added with every way out closed", () => {
    expect(mergeAuthorizedKeys("", `# mine\n\n${KEY}\n`, "id.pub")).to.equal(`restrict ${KEY}\n`);
  });

  it("are added once, whatever their comment", () => {
    const existing = `restrict ${KEY}\n`;
    const renamed = KEY.replace("it@school.example", "other");
    expect(mergeAuthorizedKeys(existing, renamed, "id.pub")).to.equal(existing);
  });

  it("keep what root wrote by hand", () => {
    const byHand = `from="10.0.0.0/8",restrict ssh-rsa AAAAB3NzaC1yc2E old\n`;
    expect(mergeAuthorizedKeys(byHand, KEY, "id.pub")).to.equal(`${byHand}restrict ${KEY}\n`);
  });

  for (const wrong of [`command="/bin/sh" ${KEY}`, "ssh-ed25519 not*base64"]) {
    it(`refuse ${wrong.slice(0, 30)}`, () => {
      expect(() => mergeAuthorizedKeys("", wrong, "id.pub")).to.throw("key 1 of id.pub");
    });
  }

  it("refuse a private key, and do not repeat it", () => {
    const { privateKey } = generateKeyPairSync("ed25519");
    const wrong = privateKey.export({ type: "pkcs8", format: "pem" });
    const refusal = thrown(() => mergeAuthorizedKeys("", wrong, "id"));
    expect(refusal).to.contain("key 1 of id");
    for (const line of wrong.trim().split("\n")) expect(refusal).not.to.contain(line);
  });
});

/** Everything that is said of what it throws. */
function thrown(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    return JSON.stringify(reportError(error));
  }
  return "nothing";
}
