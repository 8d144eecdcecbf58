/** One cause on several ways to a relay is one finding. */
import { expect } from "chai";
import { merged } from "../../../src/doctor/relay/relay-findings.ts";
import { sampleFinding } from "../../lab/sample-doctor.ts";

function found(reason: string, target: string): ReturnType<typeof sampleFinding> {
  return sampleFinding(reason, { target, message: `${target} says ${reason}` });
}

describe("findings on the ways to a relay", () => {
  it("are told once for each cause and server", () => {
    const findings = [
      found("no_answer", "turn.test:3478/udp"),
      found("no_answer", "turn.test:3478/udp"),
      found("credential_refused", "turn.test:3478/tcp"),
      found("credential_refused", "turn.test:5349/tls"),
      found("credential_refused", "[2001:db8::1]:3478/udp"),
    ];
    expect(merged(findings).map(({ target, message }) => [target, message])).to.deep.equal([
      ["turn.test:3478/udp", "turn.test:3478/udp says no_answer"],
      ["turn.test (3478/tcp, 5349/tls)", "turn.test (3478/tcp, 5349/tls) says credential_refused"],
      ["[2001:db8::1]:3478/udp", "[2001:db8::1]:3478/udp says credential_refused"],
    ]);
  });

  it("say whose they are", () => {
    const [certificate] = merged([
      sampleFinding("cert_expired", { target: "turn.test:5349", message: "it expired" }),
    ]);
    expect(certificate?.message).to.equal("turn.test: it expired");
  });

  it("are not told of a proxy that hangs up because its server is not there", () => {
    const hangingUp = found("tls_closed", "turn.test:443");
    expect(merged([found("port_closed", "turn.test:3478/tcp"), hangingUp])).to.have.length(1);
    expect(merged([found("port_closed", "other.test:3478/tcp"), hangingUp])).to.have.length(2);
    expect(merged([hangingUp])).to.have.length(1);
  });
});
