/** Rung `room`: does the focus open a room for whom it should, and for nobody else? */
import { connectReasons, tlsReasons } from "../../checks/connect/connect-reasons.ts";
import { CheckFailure, type CheckRun } from "../../checks/check-run.ts";
import type { CheckResult } from "../../checks/check.ts";
import { expectComponent } from "../../checks/xmpp/components.ts";
import { type FocusReason, focusReasons } from "../../checks/xmpp/focus-reasons.ts";
import { machineUidOf, requestFocus } from "../../checks/xmpp/focus-request.ts";
import { meetingReasons } from "../../checks/xmpp/meeting-reasons.ts";
import { openSession, type XmppSession } from "../../checks/xmpp/xmpp-session.ts";
import { sessionReasons } from "../../checks/xmpp/session-reasons.ts";
import type { XmppLogin } from "../../checks/xmpp/xmpp-target.ts";
import { sentenceFor } from "../advice/advice.ts";
import { findingOf } from "../finding.ts";
import { ENTERED, type Signaling, type SiteFacts } from "../knowledge.ts";
import type { Finding } from "../report.ts";
import { defineStep, type Tools } from "../step.ts";

/** jicofo answers within a second; its own attempts take up to 22. */
const TIMEOUT_MS = 15_000;
const NEEDS_ACCOUNT = "only members may open a room here: add --user NAME";
const NEEDS_OTHER_LOGIN = "rooms are opened here by who has logged in elsewhere";

/** Some sites mean it so. */
const GUESTS_OPEN_ROOMS =
  "guests may open rooms, too; if only members should: `authentication` in jicofo.conf (docker: ENABLE_AUTH)";

export const roomStep = defineStep("room", ENTERED, async ({ signaling, site, logins }, tools) => {
  const guest = logins.find(({ kind }) => kind === "guest");
  const user = logins.find(({ kind }) => kind === "user");
  const tried: Attempt[] = [];
  // One after the other: on a secure domain a guest may not profit from the member's room, and neither knows the other's.
  for (const login of [guest, user]) {
    if (login !== undefined) tried.push({ login, result: await openRoom(login, signaling, site, tools) });
  }
  const byGuest = tried.find(({ login }) => login.kind === "guest")?.result;
  const guarded = byGuest !== undefined && isGuarded(byGuest);
  const opener = tried.find(({ result }) => result.ok && !isGuarded(result))?.login;
  const findings = distinct(tried.flatMap(({ result }) => findingOf(result)));
  return {
    asked: true,
    summary: summarise(tried, guarded, signaling.open),
    findings,
    notes: !signaling.open && byGuest?.ok === true && !guarded ? [GUESTS_OPEN_ROOMS] : [],
    ...(opener === undefined
      ? { instead: { opener: whyNone(guarded && findings.length === 0, signaling, tools) } }
      : { learnt: { opener } }),
  };
});

interface Attempt {
  readonly login: XmppLogin;
  readonly result: CheckResult;
}

async function openRoom(
  login: XmppLogin,
  { target, open }: Signaling,
  site: SiteFacts,
  tools: Tools,
): Promise<CheckResult> {
  const { result } = await tools.ask({
    kind: "room",
    target: site.focus,
    reasons: { ...connectReasons, ...tlsReasons, ...sessionReasons, ...focusReasons, ...meetingReasons },
    timeout: TIMEOUT_MS,
    work: async (run) => {
      const name = `convene-check-${Buffer.from(run.context.randomBytes(16)).toString("hex")}`;
      const session = await openSession({ ...target, room: name }, login, run);
      try {
        await askForRoom(session, name, site, run);
        return true;
      } catch (error) {
        if (login.kind !== "guest" || !isRefusal(error)) throw error;
        run.note(error.evidence);
        return false;
      } finally {
        await session.close();
      }
    },
    describe: (isOpened) => {
      if (login.kind === "user") return `${login.username} opens a room`;
      return isOpened ? "a guest opens a room" : `a guest may not open a room${meant(open)}`;
    },
  });
  return result;
}

/** Without Prosody's part for rooms there is none, whatever jicofo says, or does not say. */
async function askForRoom(
  session: XmppSession,
  name: string,
  { focus, muc }: SiteFacts,
  run: CheckRun,
): Promise<void> {
  try {
    await requestFocus(session, { focus, room: `${name}@${muc}`, machineUid: machineUidOf(name) }, run);
  } catch (refusal) {
    throw (await absenceOf(session, muc)) ?? refusal;
  }
}

/** How Prosody says that it has no such part, or that its module did not load; a site may forbid the question otherwise. */
const ABSENT: readonly unknown[] = ["service-unavailable", "not-allowed", "remote-server-not-found"];

async function absenceOf(session: XmppSession, component: string): Promise<CheckFailure | undefined> {
  try {
    await expectComponent(session, component);
  } catch (error) {
    const isAbsent = error instanceof CheckFailure && ABSENT.includes(error.evidence.condition);
    if (isAbsent) return error;
  }
  return undefined;
}

const NOT_AUTHORIZED = "not-authorized";

/** What jicofo says to a guest who may not open rooms: the answer that is expected, and no failure. */
function isRefusal(error: unknown): error is CheckFailure {
  if (!(error instanceof CheckFailure) || error.evidence.condition !== NOT_AUTHORIZED) return false;
  return error.reason === ("focus_refused" satisfies FocusReason);
}

function isGuarded({ ok, evidence }: CheckResult): boolean {
  return ok && evidence.condition === NOT_AUTHORIZED;
}

function distinct(findings: readonly Finding[]): readonly Finding[] {
  return findings.filter((one, index) => findings.findIndex(({ reason }) => reason === one.reason) === index);
}

function summarise(tried: readonly Attempt[], guarded: boolean, open: boolean): string {
  const words = tried.map(({ login, result }) => {
    if (guarded && login.kind === "guest") return `a guest may not open one${meant(open)}`;
    return result.ok ? result.message : sentenceFor(result);
  });
  return [...new Set(words)].join("; ");
}

function meant(open: boolean): string {
  return open ? "" : ", as it should be";
}

function whyNone(onlyGuarded: boolean, { open }: Signaling, { request: { login } }: Tools): string {
  if (!onlyGuarded) return "no room opens";
  if (open) return NEEDS_OTHER_LOGIN;
  return login === undefined
    ? NEEDS_ACCOUNT
    : `only members may open a room here, and ${login.username} could not log in`;
}
