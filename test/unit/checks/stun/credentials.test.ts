/** TURN credentials minted from the shared secret. */
import { expect } from "chai";
import { mintTurnCredential } from "../../../../src/checks/stun/credentials.ts";
import { Secret } from "../../../../src/system/secret.ts";

describe("TURN credentials", () => {
  it("are an expiry and a name, and the HMAC-SHA1 of both in base64", () => {
    const credential = mintTurnCredential(new Secret("north"), "convene-check", 1_700_000_000_500, 300);
    expect(credential.username).to.equal("1700000300:convene-check");
    // printf 1700000300:convene-check | openssl dgst -sha1 -hmac north -binary | base64
    expect(credential.password.reveal()).to.equal("JUuLJO+8Sv9yNR8Xp4cIwv1v5/Y=");
  });

  it("print as nothing readable", () => {
    const credential = mintTurnCredential(new Secret("north"), "convene-check", 0, 300);
    expect(JSON.stringify(credential)).to.not.contain(credential.password.reveal());
  });
});
