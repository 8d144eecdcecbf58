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
  /** Account of the focus that is in the room: `focus@auth.D`. */
  readonly focusJid: string;
  /** Whom the secure domain takes the asking for; undefined for guests and on open sites. */
  readonly identity: string | undefined;
  /** `authentication`, `sipGatewayEnabled`, … */
  readonly properties: ReadonlyMap<string, string>;
}

/**
 * Resolves when the focus is in the room; the phase is `focus`. The room then exists, and jicofo leaves it again after
 * 15 s without people. Fails with a FocusReason (the stanza error's name is the evidence `condition`: a guest who may
 * not open rooms gets `focus_refused`, `not-authorized`), or with why the session ended.
 */
export function requestFocus(
  session: XmppSession,
  question: FocusQuestion,
  run: CheckRun,
): Promise<FocusAnswer> {
  return run.phase("focus", async () => {
    for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
      const answer = await ask(session, question);
      if (answer.attributes.ready === "true") return read(answer);
      if (attempt < ATTEMPTS) await delay(PAUSE_MS, undefined, { signal: run.signal });
    }
    const message = `the focus did not get into ${question.room}: it was asked ${ATTEMPTS} times`;
    throw new CheckFailure<FocusReason>("focus_not_ready", message);
  });
}

/**
 * The same UUID for the same name, always: on a secure domain jicofo keeps a login for each it is told, a day long.
 */
export function machineUidOf(name: string): string {
  const hex = createHash("sha256").update(`convene-check ${name}`).digest("hex");
  return hex.slice(0, 32).replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12})$/, "$1-$2-4$3-8$4-$5");
}

async function ask(session: XmppSession, question: FocusQuestion): Promise<XmlElement> {
  // No `visitors-version`: who sends it may be sent on to another server.
  const property = writeXml("property", { name: "rtcstatsEnabled", value: "false" });
  const { room, machineUid } = question;
  const request = { xmlns: FOCUS_NAMESPACE, room, "machine-uid": machineUid };
  const answer = await session
    .ask("set", question.focus, writeXml("conference", request, property), ANSWER_MS)
    .catch((error: unknown) => Promise.reject(asFocusFailure(error, question.focus)));
  const conference = childOf(answer, "conference", FOCUS_NAMESPACE);
  if (conference !== undefined) return conference;
  throw new CheckFailure<FocusReason>("focus_refused", `${question.focus} answered without a conference`);
}

/**
 * `service-unavailable` comes from Prosody: mod_client_proxy has no jicofo to pass it to, or there is no such
 * component. jicofo itself answers what it does not know with `feature-not-implemented`.
 */
function asFocusFailure(error: unknown, focus: string): unknown {
  if (!(error instanceof CheckFailure)) return error;
  if (error instanceof StanzaRefused) {
    const absent = [
      "service-unavailable",
      "item-not-found",
      "remote-server-not-found",
      "recipient-unavailable",
    ];
    const reason: FocusReason = absent.includes(error.condition) ? "focus_missing" : "focus_refused";
    const message =
      reason === "focus_missing" ? `nobody answers for ${focus}: ${error.condition}` : error.message;
    return new CheckFailure<FocusReason>(reason, message, { evidence: error.evidence });
  }
  if (error.reason !== "session_silent") return error;
  return new CheckFailure<FocusReason>("focus_silent", error.message, { evidence: error.evidence });
}

function read(conference: XmlElement): FocusAnswer {
  const properties = conference.children
    .filter(({ name }) => name === "property")
    .map(({ attributes }) => [attributes.name ?? "", attributes.value ?? ""] as const);
  const { focusjid, identity } = conference.attributes;
  return { focusJid: focusjid ?? "", identity, properties: new Map(properties) };
}
