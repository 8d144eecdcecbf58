/** What lies where certificates should be. */
import { expect } from "chai";
import { observeCertificates } from "../../../src/observe/observe-certificates.ts";
import type { DesiredCertificate } from "../../../src/model/desired-state.ts";
import { ConveneError } from "../../../src/system/errors.ts";
import { createSimulatedLxd } from "../../lab/simulated-lxd.ts";
import { makeCertificate } from "../../lab/test-certificates.ts";

const wanted = (domain: string): DesiredCertificate => ({
  domain,
  email: "it@meet.test",
  directory: "https://acme.test/dir",
  container: "proxy",
  endpoints: [],
});
const DOMAINS = [wanted("meet.test"), wanted("turn.test")];
const RUNNING = new Set(["proxy"]);

/** LXD that answers for `meet.test` with a good certificate, and for `turn.test` with what is given. */
async function observe(turn: () => Promise<Uint8Array | undefined>) {
  const { pem } = await makeCertificate({ names: ["meet.test"] });
  const readFile = async (_instance: string, path: string) =>
    path.includes("turn.test") ? turn() : Buffer.from(pem);
  return observeCertificates({ ...createSimulatedLxd().lxd, readFile }, DOMAINS, RUNNING);
}

describe("certificates on the proxy's disk", () => {
  for (const [what, read] of [
    ["nothing", async () => undefined],
    ["no certificate", async () => Buffer.from("-----BEGIN")],
    [
      "no file",
      async () => {
        throw new ConveneError({ code: "LxdNotAFile", message: "it is a directory, not a file" });
      },
    ],
  ] as const) {
    it(`are missing where ${what} lies, and only there`, async () => {
      expect([...(await observe(read)).keys()]).to.deep.equal(["meet.test"]);
    });
  }

  it("are unknown while LXD does not answer", async () => {
    const failure = new ConveneError({ code: "LxdUnreachable", message: "closed", retryable: true });
    const read = () => Promise.reject(failure);
    expect(await observe(read).catch((error: unknown) => error)).to.equal(failure);
  });
});
