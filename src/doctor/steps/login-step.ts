/** Rung `login`: can a guest log in, and the person whose account was given? */
import { CheckFailure } from "../../checks/check-run.ts";
import type { CheckResult } from "../../checks/check.ts";
import { connectReasons, tlsReasons } from "../../checks/connect/connect-reasons.ts";
import { openSession } from "../../checks/xmpp/xmpp-session.ts";
import { type SessionReason, sessionReasons } from "../../checks/xmpp/session-reasons.ts";
import type { XmppLogin } from "../../checks/xmpp/xmpp-target.ts";
import { findingOf } from "../finding.ts";
import type { Finding } from "../report.ts";
import { ANSWERED, BECAUSE, type Signaling } from "../knowledge.ts";
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
  const logins = tried.filter(({ result }) => result.ok && !wantsToken(result)).map((one) => one.login);
  const refused = tried.filter(({ result }) => !result.ok);
  const byToken = tried.some(({ result }) => wantsToken(result));
  return {
    asked: true,
    summary: tried.map(summarise).join(", "),
    ...(refused[0] === undefined ? {} : { consequence: consequenceOf(refused[0].login) }),
    findings: refused.flatMap((one) => findingsOf(one, signaling)),
    ...(logins.length === 0 ? {} : { learnt: { logins } }),
    ...(logins.length > 0 ? {} : { instead: { logins: whyNobody(byToken, tools) } }),
  };
});

/** The advice's commands, with the account's own address. */
function findingsOf({ login, result }: Attempt, { target }: Signaling): readonly Finding[] {
  const jid = `${nameOf(login)}@${target.domain}`;
  return findingOf(result).map((found) => ({
    ...found,
    advice: found.advice.replaceAll("NAME@DOMAIN", () => jid),
  }));
}

const NEEDS_TOKEN = "people come in here with a token (JWT) from another page";

function whyNobody(byToken: boolean, { request: { login } }: Tools): string {
  if (byToken) return NEEDS_TOKEN;
  return login === undefined ? BECAUSE.logins : `${login.username} could not log in`;
}

/** Prosody's mod_auth_token says so to a guest without one: that is how the site is meant, and no failure. */
function asksForToken(error: unknown): error is CheckFailure {
  if (!(error instanceof CheckFailure) || !/token/i.test(error.message)) return false;
  return error.reason === ("guest_refused" satisfies SessionReason);
}

/** A guest who was answered, and yet not let in. */
function wantsToken({ ok, evidence }: CheckResult): boolean {
  return ok && evidence.condition !== undefined;
}

function consequenceOf(login: XmppLogin): string {
  return login.kind === "guest" ? "Guests cannot come in at" : `${login.username} cannot log in at`;
}

function summarise({ login, result }: Attempt): string {
  if (wantsToken(result)) return "guests need a token";
  return `${nameOf(login)} ${result.ok ? "✓" : "✗"}`;
}

const NEEDS_ACCOUNT = "only people with an account get further here: add --user NAME";

interface Attempt {
  readonly login: XmppLogin;
  readonly result: CheckResult;
}

async function logIn(login: XmppLogin, { target }: Signaling, tools: Tools): Promise<Attempt> {
  const { result } = await tools.ask({
    kind: "login",
    target: `${nameOf(login)} at ${login.kind === "guest" ? (target.guestDomain ?? target.domain) : target.domain}`,
    reasons: { ...connectReasons, ...tlsReasons, ...sessionReasons },
    timeout: TIMEOUT_MS,
    work: async (run) => {
      try {
        const session = await openSession(target, login, run);
        await session.close();
        return true;
      } catch (error) {
        if (!asksForToken(error)) throw error;
        run.note(error.evidence);
        return false;
      }
    },
    describe: (isLetIn) => (isLetIn ? "is let in" : "is asked for a token, as the site means it"),
  });
  return { login, result };
}

function nameOf(login: XmppLogin): string {
  return login.kind === "guest" ? "guest" : login.username;
}
