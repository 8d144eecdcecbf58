/** What an `xmpp` check may be told: mistakes that would only show at night are refused when they are written. */
import { expect } from "chai";
import { targetOf, xmppSchema } from "../../../../src/checks/xmpp/xmpp-spec.ts";

const USER = { login: "user", account: "a", secret: "check-password" };

describe("spec of an xmpp check", () => {
  it("refuses what cannot be asked", () => {
    const refused: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
      account: { login: "user", secret: "check-password" },
      secret: { login: "user", account: "a" },
      login: { services: [] },
      "login, too": { components: ["conference"] },
      "login with c2s": { ...USER, transport: "c2s", focus: "focus" },
      "login of guests by c2s": { login: "guest", transport: "c2s" },
      focus: { login: "guest", rooms: "members" },
      "focus, too": { ...USER, openRoom: true },
      path: { path: "xmpp-websocket" },
      mechanisms: { mechanisms: ["scram"] },
      unknown: { unknown: 1 },
    };
    for (const [what, spec] of Object.entries(refused)) {
      const { error } = xmppSchema.safeParse({ host: "meet.test", ...spec });
      const field = what.split(/[ ,]/u)[0];
      expect(
        error?.issues.map(({ path, code }) => (code === "unrecognized_keys" ? "unknown" : path[0])),
        what,
      ).to.deep.equal([field]);
    }
  });

  it("takes a relay without a host as none", () => {
    const services = [{ type: "turn", port: 3_478, transport: "udp" }];
    expect(xmppSchema.safeParse({ host: "meet.test", login: "guest", services }).success).to.equal(true);
  });

  it("knows where each way leads", () => {
    const where = (spec: Readonly<Record<string, unknown>>) => {
      const { port, secure, domain } = targetOf(xmppSchema.parse({ host: "meet.test", ...spec }));
      return { port, secure, domain };
    };
    expect(where({})).to.deep.equal({ port: 443, secure: true, domain: "meet.test" });
    expect(where({ scheme: "ws" })).to.deep.equal({ port: 80, secure: false, domain: "meet.test" });
    expect(where({ transport: "c2s", subdomain: "auth" })).to.include({
      port: 5_222,
      domain: "auth.meet.test",
    });
    expect(where({ domain: "a.test", subdomain: "guest", port: 8_443 })).to.include({
      port: 8_443,
      domain: "guest.a.test",
    });
  });
});
