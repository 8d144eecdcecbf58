/** Rung `login`: can a guest log in, and the person whose account was given? */
import type { CheckResult } from "../../checks/check.ts";
import { connectReasons, tlsReasons } from "../../checks/connect/connect-reasons.ts";
import { openSession } from "../../checks/xmpp/xmpp-session.ts";
import { sessionReasons } from "../../checks/xmpp/session-reasons.ts";
import type { XmppLogin } from "../../checks/xmpp/xmpp-target.ts";
import { findingOf } from "../finding.ts";
import { ANSWERED, type Signaling } from "../knowledge.ts";
import { defineStep, type Tools } from "../step.ts";

const TIMEOUT_MS = 10_000;

export const loginStep = defineStep("login", ANSWERED, async (known, tools) => {
  const { signaling } = known;
  const { login } = tools.request;
  const wanted: readonly XmppLogin[] = [
    ...(signaling.guests ? [{ kind: "guest" } as const] : []),
    ...(login === undefined ? [] : [{ kind: "user", ...login } as const]),
  ];
  if (wanted.length === 0) {
    const because = known.instead.logins ?? NEEDS_ACCOUNT;
    return { asked: false, because, instead: { logins: because } };
  }
  const tried = await Promise.all(wanted.map((one) => logIn(one, signaling, tools)));
  const logins = tried.filter(({ result }) => result.ok).map((one) => one.login);
  return {
    asked: true,
    summary: tried.map(({ login: one, result }) => `${nameOf(one)} ${result.ok ? "✓" : "✗"}`).join(", "),
    findings: tried.flatMap(({ result }) => findingOf(result)),
    ...(logins.length === 0 ? {} : { learnt: { logins } }),
  };
});

const NEEDS_ACCOUNT = "only people with an account get further here: add --user NAME";

async function logIn(
  login: XmppLogin,
  { target }: Signaling,
  tools: Tools,
): Promise<{ readonly login: XmppLogin; readonly result: CheckResult }> {
  const { result } = await tools.ask({
    kind: "login",
    target: `${nameOf(login)} at ${login.kind === "guest" ? (target.guestDomain ?? target.domain) : target.domain}`,
    reasons: { ...connectReasons, ...tlsReasons, ...sessionReasons },
    timeout: TIMEOUT_MS,
    work: async (run) => {
      const session = await openSession(target, login, run);
      await session.close();
    },
    describe: () => "is let in",
  });
  return { login, result };
}

function nameOf(login: XmppLogin): string {
  return login.kind === "guest" ? "guest" : login.username;
}
