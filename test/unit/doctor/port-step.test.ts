/** The web port on several addresses, and what is the fault of this machine. */
import { expect } from "chai";
import type { Asked } from "../../../src/doctor/step.ts";
import { portStep } from "../../../src/doctor/steps/port-step.ts";
import { answeringTools, asked, DOCTOR_REQUEST } from "../../lab/doctor-tools.ts";

/** How each address answers: a reason. */
async function climb(answers: Readonly<Record<string, string>>): Promise<Asked> {
  const tools = answeringTools((_kind, target) => ({
    reason: answers[target.replace(/^\[?(.*?)\]?:443$/, "$1")] ?? "not asked for",
    message: "this machine has no IPv6",
  }));
  const known = { target: DOCTOR_REQUEST.target, instead: {}, addresses: Object.keys(answers) };
  return asked(await portStep.run(known, tools));
}

describe("the web port", () => {
  it("goes on with the addresses that answer, and names the others", async () => {
    const outcome = await climb({
      "9.9.9.9": "ok",
      "9.9.9.10": "port_closed",
      "2a01:4f8::1": "connect_timeout",
    });
    expect(outcome.learnt).to.deep.equal({ answering: ["9.9.9.9"] });
    expect(outcome.findings.map(({ reason, target }) => `${target} ${reason}`)).to.deep.equal([
      "9.9.9.10:443 port_closed",
      "[2a01:4f8::1]:443 connect_timeout",
    ]);
    expect(outcome).to.include({ summary: "443 is open on 9.9.9.9", consequence: "Not everybody reaches" });
  });

  it("does not blame a site for the IPv6 that this machine lacks", async () => {
    const outcome = await climb({ "9.9.9.9": "ok", "2a01:4f8::1": "no_ipv6_here" });
    expect(outcome.findings).to.deep.equal([]);
    expect(outcome.notes).to.deep.equal(["not asked: 2a01:4f8::1, because this machine has no IPv6"]);
  });

  it("says so where the site has nothing else", async () => {
    const outcome = await climb({ "2a01:4f8::1": "no_ipv6_here" });
    expect(outcome.findings.map(({ reason, message }) => `${reason}: ${message}`)).to.deep.equal([
      "no_ipv6_here: meet.test has IPv6 addresses only, and this machine has no IPv6",
    ]);
    expect(outcome.learnt).to.equal(undefined);
  });

  it("counts an address that nobody has a way to as the site's, whatever its family", async () => {
    for (const address of ["9.9.9.10", "2a01:4f8::1"]) {
      const outcome = await climb({ "9.9.9.9": "ok", [address]: "unreachable" });
      expect(outcome.findings.map(({ reason }) => reason)).to.deep.equal(["unreachable"]);
      expect(outcome.notes).to.deep.equal([]);
    }
  });
});
