/** Asks the focus for a room, as every participant does before joining it (jicofo, doc/conference-request.md; lib-jitsi-meet, moderator.js). */
import { setTimeout as delay } from "node:timers/promises";
import { createHash } from "node:crypto";
import { CheckFailure, type CheckRun } from "../check-run.ts";
import type { FocusReason } from "./focus-reasons.ts";
import { StanzaRefused } from "./stanza.ts";
import { childOf, type XmlElement } from "./xml-element.ts";
import { writeXml } from "./xml-writer.ts";
import type { XmppSession } from "./xmpp-session.ts";

const FOCUS_NAMESPACE = "http://jitsi.org/protocol/focus";
const ANSWER_MS = 5_000;
/** How often a room that is not ready is asked for again, and the pause between. */
const ATTEMPTS = 4;
const PAUSE_MS = 500;

export interface FocusQuestion {
  /** Where it answers: `focus.D`. */
  readonly focus: string;
  /** `ROOM@conference.D`. */
  readonly room: string;
  /** What jicofo knows a browser by; a secure domain wants it (machineUidOf). */
  readonly machineUid: string;
}

export interface FocusAnswer {
  /** False while the focus is still on its way into the room. */
  readonly ready: boolean;
  /** Account of the focus that is in the room: `focus@auth.D`. */
  readonly focusJid: string;
  /** Whom the secure domain takes the asking for; undefined for guests and on open sites. */
  readonly identity: string | undefined;
  /** `authentication`, `sipGatewayEnabled`, … */
  readonly properties: ReadonlyMap<string, string>;
}

/**
 * Resolves when the focus is in the room, which then exists; jicofo leaves it again after 15 s without people. The
 * phase is `focus`. Fails with a FocusReason, or with why the session ended; the stanza error's name is the evidence
 * `condition`: a guest who may not open rooms gets `focus_refused`, `not-authorized`.
 */
export function requestFocus(
  session: XmppSession,
  question: FocusQuestion,
  run: CheckRun,
): Promise<FocusAnswer> {
  return run.phase("focus", () => askFocusUntilReady(session, question, run));
}

/** As requestFocus, within a phase of the caller. */
export async function askFocusUntilReady(
  session: XmppSession,
  question: FocusQuestion,
  run: CheckRun,
): Promise<FocusAnswer> {
  for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
    const answer = await askFocus(session, question);
    if (answer.ready) return answer;
    if (attempt < ATTEMPTS) await delay(PAUSE_MS, undefined, { signal: run.signal });
  }
  const message = `the focus did not get into ${question.room}: it was asked ${ATTEMPTS} times`;
  throw new CheckFailure<FocusReason>("focus_not_ready", message);
}

/**
 * Asks the focus whether it is there, and nothing of a room. Prosody's own mod_ping is not loaded in components, so
 * that only jicofo answers. Fails with a FocusReason, or with why the session ended.
 */
export async function expectFocus(session: XmppSession, focus: string): Promise<void> {
  try {
    await session.ask("get", focus, writeXml("ping", { xmlns: "urn:xmpp:ping" }), ANSWER_MS);
  } catch (error) {
    // Whoever says that it does not know a ping (XEP-0199) is there.
    if (error instanceof StanzaRefused && error.condition === "feature-not-implemented") return;
    throw asFocusFailure(error, focus);
  }
}

/**
 * The same UUID for the same name, always: on a secure domain jicofo keeps a login for each it is told, a day long.
 */
export function machineUidOf(name: string): string {
  const hex = createHash("sha256").update(`convene-check ${name}`).digest("hex");
  return hex.slice(0, 32).replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12})$/, "$1-$2-4$3-8$4-$5");
}

/** Asks once, whether it is ready or not. Fails as requestFocus. */
export async function askFocus(session: XmppSession, question: FocusQuestion): Promise<FocusAnswer> {
  // No `visitors-version`: who sends it may be sent on to another server.
  const property = writeXml("property", { name: "rtcstatsEnabled", value: "false" });
  const { room, machineUid } = question;
  const request = { xmlns: FOCUS_NAMESPACE, room, "machine-uid": machineUid };
  const answer = await session
    .ask("set", question.focus, writeXml("conference", request, property), ANSWER_MS)
    .catch((error: unknown) => Promise.reject(asFocusFailure(error, question.focus)));
  const conference = childOf(answer, "conference", FOCUS_NAMESPACE);
  if (conference !== undefined) return read(conference);
  throw new CheckFailure<FocusReason>("focus_refused", `${question.focus} answered without a conference`);
}

/**
 * Errors that come from Prosody and not from jicofo, which answers what it does not know with
 * `feature-not-implemented`. `service-unavailable`: mod_client_proxy has no jicofo to pass it to (or did not load);
 * the second line: there is no such component.
 */
const ABSENT: ReadonlyMap<string, FocusReason> = new Map([
  ...["service-unavailable", "recipient-unavailable", "item-not-found"].map(
    (name) => [name, "focus_missing"] as const,
  ),
  ...["not-allowed", "remote-server-not-found"].map((name) => [name, "focus_component_missing"] as const),
]);

function asFocusFailure(error: unknown, focus: string): unknown {
  if (!(error instanceof CheckFailure)) return error;
  const { evidence } = error;
  if (error instanceof StanzaRefused) {
    const absent = ABSENT.get(error.condition);
    const message = absent === undefined ? error.message : `nobody answers for ${focus}: ${error.condition}`;
    return new CheckFailure<FocusReason>(absent ?? "focus_refused", message, { evidence });
  }
  if (error.reason !== "session_silent") return error;
  return new CheckFailure<FocusReason>("focus_silent", error.message, { evidence });
}

function read(conference: XmlElement): FocusAnswer {
  const properties = conference.children
    .filter(({ name }) => name === "property")
    .map(({ attributes }) => [attributes.name ?? "", attributes.value ?? ""] as const);
  const { focusjid, identity } = conference.attributes;
  return {
    ready: conference.attributes.ready === "true",
    focusJid: focusjid ?? "",
    identity,
    properties: new Map(properties),
  };
}
