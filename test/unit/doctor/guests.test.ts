/** Sites where guests log in or open rooms otherwise than by themselves: how they are meant, and no finding. */
import { expect } from "chai";
import { loginStep } from "../../../src/doctor/steps/login-step.ts";
import { roomStep } from "../../../src/doctor/steps/room-step.ts";
import { Secret } from "../../../src/system/secret.ts";
import { knownSite } from "../../lab/doctor-known.ts";
import { answeringTools, asked } from "../../lab/doctor-tools.ts";

const GUEST = { kind: "guest" } as const;
const USER = { kind: "user", username: "m.meier", password: new Secret("x") } as const;

/** As the room's own question tells of what jicofo says to a guest who may not open rooms. */
const refused = { reason: "ok", evidence: { condition: "not-authorized" } };

describe("a guest at login", () => {
  it("may be asked for a token, which is no fault and ends the look", async () => {
    const tools = answeringTools(() => ({ reason: "ok", evidence: { condition: "not-allowed" } }));
    const outcome = asked(await loginStep.run(knownSite(true), tools));
    expect(outcome).to.deep.include({ summary: "guests need a token", findings: [] });
    expect(outcome.learnt).to.equal(undefined);
    expect(outcome.instead?.logins).to.include("token (JWT)");
  });

  it("is missed when it is refused for any other reason", async () => {
    const tools = answeringTools(() => ({ reason: "guest_refused", message: "not-allowed" }));
    const outcome = asked(await loginStep.run(knownSite(true), tools));
    expect(outcome.findings.map(({ reason }) => reason)).to.deep.equal(["guest_refused"]);
    expect(outcome.consequence).to.equal("Guests cannot come in at");
  });

  it("is not missed when only the member is refused", async () => {
    const login = { username: "m.meier", password: new Secret("x") };
    const tools = answeringTools(
      (_kind, target) => ({ reason: target.startsWith("guest") ? "ok" : "login_refused" }),
      { login },
    );
    const outcome = asked(await loginStep.run(knownSite(false), tools));
    expect(outcome).to.include({ summary: "guest ✓, m.meier ✗", consequence: "m.meier cannot log in at" });
    expect(outcome.learnt).to.deep.equal({ logins: [GUEST] });
  });
});

describe("an account that was given and is refused", () => {
  const login = { username: "m.meier", password: new Secret("x") };

  it("ends the look by its name where no guest came in, and --user is not asked for again", async () => {
    const instead = { logins: "guests cannot come in; --user NAME looks further as a member" };
    const tools = answeringTools(() => ({ reason: "login_refused" }), { login });
    const outcome = asked(await loginStep.run(knownSite(false, { instead }), tools));
    expect(outcome.instead?.logins).to.equal("m.meier could not log in");
  });

  it("is told what sets its password, and what makes an account that is not there, by its address", async () => {
    for (const [reason, words] of [
      ["login_refused", /compare .*`prosodyctl passwd m\.meier@meet\.test`/],
      ["account_missing", /`prosodyctl adduser m\.meier@meet\.test`/],
    ] as const) {
      const tools = answeringTools(
        (_kind, target) => ({ reason: target.startsWith("guest") ? "ok" : reason }),
        { login },
      );
      const { findings } = asked(await loginStep.run(knownSite(false), tools));
      expect(findings.map(({ advice }) => advice).join()).to.match(words);
    }
  });

  it("is named where only members may open a room", async () => {
    const tools = answeringTools(() => refused, { login });
    const outcome = asked(await roomStep.run(knownSite(false, { logins: [GUEST] }), tools));
    expect(outcome.instead?.opener).to.equal(
      "only members may open a room here, and m.meier could not log in",
    );
  });
});

describe("a guest who asks for a room", () => {
  it("is rightly refused where members have accounts, and where others open rooms", async () => {
    const tools = answeringTools(() => refused);
    const secure = asked(await roomStep.run(knownSite(false, { logins: [GUEST] }), tools));
    expect(secure).to.deep.include({ findings: [], summary: "a guest may not open one, as it should be" });
    expect(secure.instead?.opener).to.include("--user NAME");
    const other = asked(await roomStep.run(knownSite(true, { logins: [GUEST] }), tools));
    expect(other).to.deep.include({ findings: [], summary: "a guest may not open one" });
    expect(other.instead?.opener).to.include("who has logged in elsewhere");
  });

  it("is a finding when the focus refuses for any other reason, or is not there", async () => {
    for (const wrong of [
      { reason: "focus_missing" },
      { reason: "focus_refused", evidence: { condition: "forbidden" } },
    ]) {
      const outcome = asked(
        await roomStep.run(
          knownSite(false, { logins: [GUEST] }),
          answeringTools(() => wrong),
        ),
      );
      expect(outcome.findings.map(({ reason }) => reason)).to.deep.equal([wrong.reason]);
      expect(outcome.instead?.opener).to.equal("no room opens");
    }
  });

  it("may open rooms where the site means it so, which is said", async () => {
    const outcome = asked(
      await roomStep.run(
        knownSite(false, { logins: [GUEST] }),
        answeringTools(() => ({ reason: "ok" })),
      ),
    );
    expect(outcome.findings).to.deep.equal([]);
    expect(outcome.notes?.join()).to.include("guests may open rooms, too");
    expect(outcome.learnt).to.deep.equal({ opener: GUEST });
  });

  it("leaves the room to the member", async () => {
    const answers = [refused, { reason: "ok" }];
    const tools = answeringTools(() => answers.shift() ?? { reason: "asked too often" });
    const outcome = asked(await roomStep.run(knownSite(false, { logins: [GUEST, USER] }), tools));
    expect(outcome.findings).to.deep.equal([]);
    expect(outcome.learnt).to.deep.equal({ opener: USER });
  });
});
