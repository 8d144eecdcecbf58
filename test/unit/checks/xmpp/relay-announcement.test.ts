/** What participants are told of relays, compared with what the site means. */
import { createHmac } from "node:crypto";
import { expect } from "chai";
import type { ExternalService } from "../../../../src/checks/xmpp/extdisco.ts";
import { type DesiredService, judgeAnnouncement } from "../../../../src/checks/xmpp/relay-announcement.ts";
import { Secret } from "../../../../src/system/secret.ts";

const NOW = Date.UTC(2026, 10, 22, 12);
const SECRET = new Secret("shared");
const HOST = "turn.lab.test";

const DESIRED: readonly DesiredService[] = [
  { type: "stun", host: HOST, port: 3_478, transport: "udp" },
  { type: "turn", host: HOST, port: 3_478, transport: "udp" },
  { type: "turns", host: HOST, port: 5_349, transport: "tcp" },
  { type: "turns", host: HOST, port: 443, transport: "tcp" },
];

describe("the announcement of relays", () => {
  it("is right when each is there with a credential of our secret", () => {
    expect(judge(announced())).to.equal(undefined);
    expect(judge(announced((one) => ({ ...one, host: "TURN.Lab.test" })))).to.equal(undefined);
    expect(judge([...announced(), service({ type: "xmpp", host: "other" })])).to.equal(undefined);
    expect(judge([], [])).to.equal(undefined);
  });

  it("names each relay that is not told of, and what is told instead", () => {
    const finding = judge(announced().filter(({ port, type }) => port !== 443 && type !== "stun"));
    expect(finding).to.include({ reason: "turn_not_announced" });
    expect(finding?.message).to.include(
      "stun turn.lab.test:3478/udp, turns turn.lab.test:443/tcp; told: turn ",
    );
    const moved = judge(announced((one) => ({ ...one, host: "old.lab.test" })));
    expect(moved?.message).to.include("old.lab.test:3478/udp");
    expect(judge([])?.message).to.include("told: none");
  });

  it("tells a port that got lost from a relay that did", () => {
    const withoutPort = (port: number) =>
      announced((one) => (one.port === port ? { ...one, port: undefined } : one));
    expect(judge(withoutPort(443))).to.include({ reason: "turn_without_port", severity: "critical" });
    // People try the type's own port, which is the one that is meant.
    expect(judge(withoutPort(5_349))).to.include({ reason: "turn_without_port", severity: "warning" });
  });

  it("says what is wrong with a credential", () => {
    const ofTurn = (change: Partial<ExternalService>) =>
      judge(announced((one) => (one.type === "turn" ? { ...one, ...change } : one)));
    expect(ofTurn({ password: undefined })).to.include({ reason: "turn_without_credentials" });
    expect(ofTurn({ username: undefined })).to.include({ reason: "turn_without_credentials" });
    expect(ofTurn(credential(NOW - 1_000))).to.include({ reason: "turn_credential_expired" });
    expect(ofTurn({ ...credential(NOW - 1_000), username: "someone", expires: NOW - 1 })).to.include({
      reason: "turn_credential_expired",
    });
    expect(ofTurn(credential(NOW + 86_400_000, "another"))).to.include({ reason: "turn_secret_differs" });
    expect(ofTurn({ password: new Secret("?") })).to.include({ reason: "turn_secret_differs" });
  });

  it("does not judge what a credential was made of without the secret", () => {
    const rules = { desired: DESIRED, now: NOW, secret: undefined };
    expect(
      judgeAnnouncement(
        announced((one) => ({ ...one, ...credential(NOW + 1_000, "x") })),
        rules,
      ),
    ).to.equal(undefined);
  });

  it("warns of a relay that nobody means, after everything that keeps people from meeting", () => {
    const other = service({ host: "other.lab.test", ...credential(NOW + 86_400_000) });
    expect(judge([...announced(), other])).to.include({ reason: "turn_unexpected", severity: "warning" });
    expect(judge([other], [])?.message).to.include("other.lab.test:3478/udp");
    expect(judge([...announced().slice(1), other])).to.include({ reason: "turn_not_announced" });
  });
});

function judge(services: readonly ExternalService[], desired = DESIRED) {
  return judgeAnnouncement(services, { desired, now: NOW, secret: SECRET });
}

function announced(
  change: (service: ExternalService) => ExternalService = (one) => one,
): readonly ExternalService[] {
  return DESIRED.map((wanted) =>
    change(service({ ...wanted, ...(wanted.type === "stun" ? {} : credential(NOW + 86_400_000)) })),
  );
}

function service(fields: Partial<ExternalService>): ExternalService {
  const none = { username: undefined, password: undefined, expires: undefined };
  return { type: "turn", host: HOST, port: 3_478, transport: "udp", ...none, ...fields };
}

function credential(
  until: number,
  secret = SECRET.reveal(),
): Pick<ExternalService, "username" | "password" | "expires"> {
  const username = String(until / 1_000);
  const password = createHmac("sha1", secret).update(username).digest("base64");
  return { username, password: new Secret(password), expires: until };
}
