/** SCRAM against the vectors of the RFCs, and against servers that break them. */
import { expect } from "chai";
import { CheckFailure } from "../../../../src/checks/check-run.ts";
import { type ScramHash, scramFirst, scramProof } from "../../../../src/checks/xmpp/scram.ts";
import { Secret } from "../../../../src/system/secret.ts";
import { reasonOf } from "../../../lab/check-runs.ts";

interface Vector {
  readonly hash: ScramHash;
  readonly nonce: string;
  readonly challenge: string;
  readonly final: string;
  readonly signature: string;
}

const VECTORS: Readonly<Record<string, Vector>> = {
  "RFC 5802 section 5": {
    hash: "sha1",
    nonce: "fyko+d2lbbFgONRv9qkxdawL",
    challenge: "r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,s=QSXCR+Q6sek8bf92,i=4096",
    final: "c=biws,r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=",
    signature: "v=rmF9pqV8S7suAoZWja4dJRkFsKQ=",
  },
  "RFC 7677 section 3": {
    hash: "sha256",
    nonce: "rOprNGfwEbeRWgbNEkqO",
    challenge: "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096",
    final:
      "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=",
    signature: "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=",
  },
};

const credential = { username: "user", password: new Secret("pencil") };

describe("SCRAM", () => {
  for (const [name, vector] of Object.entries(VECTORS)) {
    it(`says what ${name} says`, async () => {
      expect(scramFirst("user", vector.nonce)).to.equal(`n,,n=user,r=${vector.nonce}`);
      const proof = await scramProof(vector.hash, credential, vector.nonce, vector.challenge);
      expect(proof.message).to.equal(vector.final);
      expect(proof.verify(vector.signature)).to.equal(true);
    });
  }

  it("trusts no server without the right signature", async () => {
    const { hash, nonce, challenge, signature } = vectorOf("RFC 5802 section 5");
    const proof = await scramProof(hash, credential, nonce, challenge);
    const wrong = [
      "",
      "v=",
      "e=other-error",
      signature.replace("rm", "rn"),
      signature.slice(0, -4),
      "x" + signature,
    ];
    for (const final of wrong) expect(proof.verify(final), final).to.equal(false);
    expect(proof.verify(`${signature},extension=1`)).to.equal(true);
  });

  it("proves nothing to a challenge that breaks the RFC", async () => {
    const nonce = "abcdefgh";
    const salt = "QSXCR+Q6sek8bf92";
    const challenges = [
      "",
      `r=${nonce}1,s=${salt}`,
      `r=${nonce},s=${salt},i=4096`,
      `r=other,s=${salt},i=4096`,
      `r=${nonce}1,s=,i=4096`,
      `r=${nonce}1,s=!!,i=4096`,
      `r=${nonce}1,s=A,i=4096`,
      `m=x,r=${nonce}1,s=${salt},i=4096`,
      `r=${nonce}1,s=${salt},i=4095`,
      `r=${nonce}1,s=${salt},i=1000001`,
      `r=${nonce}1,s=${salt},i=99999999999999999999`,
      `r=${nonce}1,s=${salt},i=-1`,
      `r=${nonce}${"1".repeat(2_000)},s=${salt},i=4096`,
    ];
    for (const challenge of challenges) {
      expect(await reasonOf(scramProof("sha1", credential, nonce, challenge)), challenge).to.equal(
        "bad_challenge",
      );
    }
  });

  it("writes names so that they end nothing, and prepares what people type", async () => {
    expect(scramFirst("a=b,c", "n")).to.equal("n,,n=a=3Db=2Cc,r=n");
    expect(scramFirst("I\u00adX", "n")).to.equal("n,,n=IX,r=n");
    expect(scramFirst("\u2168", "n")).to.equal("n,,n=IX,r=n");
    expect(() => scramFirst("a\u0007", "n")).to.throw(CheckFailure, "user name");
    const password = new Secret("a\u0007");
    const challenge = "r=nm,s=QSXCR+Q6sek8bf92,i=4096";
    const proof = scramProof("sha1", { username: "user", password }, "n", challenge);
    expect(await reasonOf(proof)).to.equal("login_refused");
  });
});

function vectorOf(name: string): Vector {
  const vector = VECTORS[name];
  if (vector === undefined) throw new Error(`no vector ${name}`);
  return vector;
}
