/** Check kind `xmpp`: a participant logs in at Prosody, is told of the relays, finds the focus, and may open what it may. */
import { defineKind, type ReasonTable } from "./check-kind.ts";
import { CheckFailure, type CheckRun, type Verdict } from "./check-run.ts";
import { connectReasons, explainedByTls, handshakeReasons, tlsReasons } from "./connect/connect-reasons.ts";
import { openClientStream } from "./xmpp/client-stream.ts";
import { eachBy } from "./explainer.ts";
import { bySignaling, byTlsPort } from "./explainers.ts";
import { extdiscoReasons } from "./xmpp/extdisco-reasons.ts";
import { focusReasons } from "./xmpp/focus-reasons.ts";
import { openFramedStream, urlOf } from "./xmpp/framed-stream.ts";
import { meetingReasons } from "./xmpp/meeting-reasons.ts";
import { climbAsParticipant, readSecret } from "./xmpp/participant-rungs.ts";
import { authenticate, offeredMechanisms } from "./xmpp/sasl.ts";
import { type SessionReason, sessionReasons } from "./xmpp/session-reasons.ts";
import { siteDomain, targetOf, type XmppSpec, xmppSchema } from "./xmpp/xmpp-spec.ts";
import { openSession } from "./xmpp/xmpp-session.ts";
import { readFeatures, type XmppStream } from "./xmpp/xmpp-stream.ts";
import type { XmppLogin } from "./xmpp/xmpp-target.ts";

const ANSWER_MS = 5_000;

const reasons = {
  ...connectReasons,
  ...tlsReasons,
  ...sessionReasons,
  ...extdiscoReasons,
  ...focusReasons,
  ...meetingReasons,
} as const satisfies ReasonTable<string>;

type Reason = keyof typeof reasons;

export const xmppCheck = defineKind<XmppSpec, Reason>({
  kind: "xmpp",
  interval: 60_000,
  schema: xmppSchema,
  reasons,
  // What the check of the certificate on this port does not get to, this one does not, either;
  // jicofo that is not let in is missing; what one login is told of the relays, the other is, too.
  explainedBy: {
    ...eachBy(connectReasons, [byTlsPort]),
    ...eachBy(handshakeReasons, [byTlsPort]),
    stream_refused: [byTlsPort],
    stream_closed: [byTlsPort],
    session_silent: [byTlsPort],
    bad_answer: [byTlsPort],
    no_starttls: [byTlsPort],
    ...explainedByTls,
    focus_missing: [bySignaling],
    turn_without_port: ["xmpp"],
    turn_unexpected: ["xmpp"],
  },
  target: describeTarget,
  run: async (spec, run) => {
    const login = await loginOf(spec, run);
    if (login !== undefined && spec.transport === "websocket") return await participate(spec, login, run);
    return await knock(spec, login, run);
  },
});

async function participate(spec: XmppSpec, login: XmppLogin, run: CheckRun): Promise<Verdict<Reason | "ok">> {
  // Guests log in to a domain of their own; everything else is asked of the site's.
  const session = await openSession(targetOf(spec), login, run);
  try {
    expectMechanisms(spec, session.mechanisms);
    const verdict = await climbAsParticipant(spec, session, login, run);
    if (verdict.reason !== "ok") return verdict;
    const who = login.kind === "guest" ? "a guest" : login.username;
    const more = verdict.message === "" ? "" : `; ${siteDomain(spec)} ${verdict.message}`;
    return { reason: "ok", message: `${who} logs in${more}` };
  } finally {
    await session.close();
  }
}

/** Opens a stream and goes no further than the login: no session is bound, so that nobody else's is touched. */
async function knock(
  spec: XmppSpec,
  login: XmppLogin | undefined,
  run: CheckRun,
): Promise<Verdict<Reason | "ok">> {
  const target = targetOf(spec);
  const open = spec.transport === "c2s" ? openClientStream : openFramedStream;
  const stream = await open(target, run);
  try {
    const features = await openAndRead(stream, target.domain, run);
    const offered = offeredMechanisms(features);
    expectMechanisms(spec, offered);
    if (login !== undefined) {
      await run.phase("authenticate", () => authenticate(stream, login, features, ANSWER_MS, run));
    }
    const who = login?.kind === "user" ? `lets ${login.username} in at` : "opens a stream for";
    return { reason: "ok", message: `${who} ${target.domain}, offers ${offered.join(", ")}` };
  } finally {
    await stream.close();
  }
}

async function openAndRead(stream: XmppStream, domain: string, run: CheckRun) {
  const from = await run.phase("open", () => stream.open(domain, ANSWER_MS));
  run.note({ from });
  const features = await run.phase("features", () => readFeatures(stream, ANSWER_MS));
  run.note({ mechanisms: offeredMechanisms(features).join(" ") });
  return features;
}

function expectMechanisms(spec: XmppSpec, offered: readonly string[]): void {
  const missing = spec.mechanisms.filter((mechanism) => !offered.includes(mechanism));
  if (missing.length === 0) return;
  const message = `${missing.join(", ")} not offered; offered: ${offered.join(", ") || "none"}`;
  throw new CheckFailure<SessionReason>("missing_mechanism", message);
}

async function loginOf(spec: XmppSpec, run: CheckRun): Promise<XmppLogin | undefined> {
  if (spec.login === "none") return undefined;
  if (spec.login === "guest") return { kind: "guest" };
  const password = await readSecret(spec.secret ?? "", run);
  return { kind: "user", username: spec.account ?? "", password };
}

function describeTarget(spec: XmppSpec): string {
  const target = targetOf(spec);
  const where = spec.transport === "c2s" ? `xmpp://${target.host}:${target.port}` : urlOf(target);
  const who = spec.login === "none" ? "" : ` as ${spec.account ?? spec.login}`;
  return `${where} ${target.domain}${who}`;
}
