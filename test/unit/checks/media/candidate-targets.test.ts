import { expect } from "chai";
import { CheckFailure } from "../../../../src/checks/check-run.ts";
import {
  addressText,
  candidateTargets,
  type Expectation,
  judgeCandidates,
} from "../../../../src/checks/media/candidate-targets.ts";

const HOST = { ip: "10.10.1.21", port: 10_000, type: "host" };
const MAPPED = { ip: "203.0.113.10", port: 10_000, type: "srflx" };
const MAPPED6 = { ip: "2001:db8:0::10", port: 10_000, type: "host" };
const SITE: Expectation = {
  publicAddresses: ["203.0.113.10", "2001:db8::10"],
  mediaPort: 10_000,
  via: ["192.168.1.20", "2001:db8::20"],
};

function targets(...[candidates, expected]: Parameters<typeof candidateTargets>): readonly string[] {
  return candidateTargets(candidates, expected).map(
    ({ isPublic, to }) => `${isPublic ? "public" : "private"} ${addressText(to)}`,
  );
}

function refusal(...[candidates, expected]: Parameters<typeof judgeCandidates>): string | undefined {
  try {
    judgeCandidates(candidates, expected);
    return undefined;
  } catch (error) {
    return error instanceof CheckFailure ? error.reason : String(error);
  }
}

describe("a bridge's candidates", () => {
  it("are asked as told, the public ones where the host listens for them, of their own family", () => {
    expect(targets([HOST, MAPPED, MAPPED6], SITE)).to.deep.equal([
      "private 10.10.1.21:10000",
      "public 192.168.1.20:10000",
      "public [2001:db8::20]:10000",
    ]);
  });

  it("are asked at every address the host listens on, and none twice", () => {
    const expected = { ...SITE, via: ["192.168.1.20", "192.168.1.21"] };
    expect(targets([MAPPED, { ...MAPPED, type: "host" }], expected)).to.deep.equal([
      "public 192.168.1.20:10000",
      "public 192.168.1.21:10000",
    ]);
  });

  it("are all public, and asked as told, where nothing is expected", () => {
    const expected = { publicAddresses: [], mediaPort: undefined, via: [] };
    expect(targets([HOST, MAPPED], expected)).to.deep.equal([
      "public 10.10.1.21:10000",
      "public 203.0.113.10:10000",
    ]);
    expect(refusal([HOST], expected)).to.equal(undefined);
  });

  it("are left out when they are no addresses, and are never asked in large numbers", () => {
    const name = { ip: "b2a3.local", port: 10_000, type: "host" };
    const many = Array.from({ length: 64 }, (_, index) => ({ ...HOST, ip: `10.10.2.${index}` }));
    expect(targets([name], SITE)).to.deep.equal([]);
    expect(targets(many, SITE)).to.have.length(8);
  });

  it("need the public address, in any spelling, at the open port", () => {
    expect(refusal([HOST, MAPPED], SITE)).to.equal(undefined);
    expect(refusal([MAPPED6], SITE)).to.equal(undefined);
    expect(refusal([HOST], SITE)).to.equal("no_public_candidate");
    expect(refusal([], SITE)).to.equal("no_public_candidate");
    expect(refusal([HOST, { ...MAPPED, port: 4_443 }], SITE)).to.equal("wrong_media_port");
    expect(refusal([{ ...MAPPED, port: 4_443 }], { ...SITE, mediaPort: undefined })).to.equal(undefined);
  });
});
