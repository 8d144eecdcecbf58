/** Advice is for the operator of any Jitsi: it names what they have, and not what only convene's hosts have. */
import { expect } from "chai";
import { checkKinds } from "../../../src/checks/registry.ts";
import { ADVICE, adviceFor } from "../../../src/doctor/advice/advice.ts";
import { pageReasons, redirectReasons } from "../../../src/doctor/web/page-reasons.ts";

/** Kinds that doctor uses, or whose insides it uses. */
const USED = ["tls", "stun", "turn", "conference"];
/** What only who has the host's files or wishes can find, and what is asked of other ports. */
const FROM_INSIDE = /^(?:disk_|starttls_|served_not_on_disk|secret_missing|wrong_reflexive_address)/;

describe("doctor's advice", () => {
  for (const { kind, reasons } of checkKinds().filter((one) => USED.includes(one.kind))) {
    it(`has words of its own for every reason of ${kind}`, () => {
      const without = Object.keys(reasons).filter(
        (reason) => !(reason in ADVICE) && !FROM_INSIDE.test(reason),
      );
      expect(without).to.deep.equal([]);
    });
  }

  it("sends nobody to convene's own commands and files", () => {
    const hints = Object.values({ ...pageReasons, ...redirectReasons }).map(({ hint }) => hint);
    for (const text of [...Object.values(ADVICE), ...hints])
      expect(text).not.to.match(
        /convene (?:logs|status|check|reconcile|verify)|site\.yaml|publicPorts|haproxy\.cfg/,
      );
  });

  it("falls back on the check's own hint", () => {
    expect(adviceFor({ reason: "never_heard_of", hint: "its own" })).to.equal("its own");
  });
});
