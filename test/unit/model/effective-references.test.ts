/** Checks of the catalogue name what Consul says, once it is known. */
import { expect } from "chai";
import { formatDiagnostic } from "../../../src/manifests/diagnostic.ts";
import { settleReferences, waitingReferences } from "../../../src/model/effective-references.ts";
import { resolveReferences } from "../../../src/manifests/references.ts";

const locate = () => ({ file: "checks.yaml", line: 3, column: 5 });
const coturn = {
  domain: "turn.lab.test",
  adminEmail: "",
  address: "",
  listeningPort: 3_478,
  tlsListeningPort: 5_349,
  minPort: 50_000,
  maxPort: 51_000,
};

describe("references to effective keys", () => {
  const written = {
    host: "${effective.coturn.domain}",
    more: [{ port: "${effective.coturn.listeningPort}" }],
    x: 1,
  };

  it("wait while manifests are read, and then are values", () => {
    const read = resolveReferences(written, { effective: waitingReferences() }, locate);
    expect(read).to.deep.equal({ data: written, diagnostics: [] });
    expect(settleReferences(read.data, { coturn })).to.deep.equal({
      host: "turn.lab.test",
      more: [{ port: 3_478 }],
      x: 1,
    });
  });

  it("leave a field out where the site has no relay", () => {
    expect(settleReferences(written, { coturn: { ...coturn, domain: "" } })).to.deep.equal({
      more: [{ port: 3_478 }],
      x: 1,
    });
  });

  it("are refused where there is no such key", () => {
    const scope = { effective: waitingReferences() };
    const { diagnostics } = resolveReferences({ a: "${effective.coturn.secret}" }, scope, locate);
    expect(diagnostics.map(formatDiagnostic).join()).to.include("secret");
  });
});
