/** Who may open a room: tried with a room that nobody can guess and nobody is in. */
import { CheckFailure, type CheckRun } from "../check-run.ts";
import { askFocus, askFocusUntilReady, type FocusQuestion, machineUidOf } from "./focus-request.ts";
import type { MeetingReason } from "./meeting-reasons.ts";
import type { XmppSession } from "./xmpp-session.ts";
import type { XmppLogin } from "./xmpp-target.ts";

export interface RoomPlace {
  /** `focus.D` */
  readonly focus: string;
  /** `conference.D` */
  readonly conference: string;
}

/** A room of a check: unguessable, and told by its name. */
function checkRoom(conference: string, run: CheckRun): string {
  return `convene-check-${Buffer.from(run.context.randomBytes(12)).toString("hex")}@${conference}`;
}

/**
 * On a site of members a guest must be refused: nothing is opened. Fails with `guests_open_rooms`, or as requestFocus.
 */
export async function expectGuestRefused(
  session: XmppSession,
  place: RoomPlace,
  run: CheckRun,
): Promise<void> {
  const question = questionOf(place, "guest", run);
  const refused = await run.phase("rooms", () => refusedByRule(askFocus(session, question)));
  if (refused) return;
  const message = `a guest was given the new room ${question.room}, which only members may open`;
  throw new CheckFailure<MeetingReason>("guests_open_rooms", message);
}

/** Opens a room, which jicofo leaves by itself after 15 s. Fails with `guests_kept_out` or `members_kept_out`, or as requestFocus. */
export async function expectRoomOpened(
  session: XmppSession,
  login: XmppLogin,
  place: RoomPlace,
  run: CheckRun,
): Promise<void> {
  const who = login.kind === "guest" ? "guest" : login.username;
  const question = questionOf(place, who, run);
  const refused = await run.phase("rooms", () => refusedByRule(askFocusUntilReady(session, question, run)));
  if (!refused) return;
  const reason = login.kind === "guest" ? "guests_kept_out" : "members_kept_out";
  throw new CheckFailure<MeetingReason>(reason, `${who} may not open a room: not-authorized`);
}

/** Whether the focus refused for who asked; every other failure is thrown on. */
async function refusedByRule(asking: Promise<unknown>): Promise<boolean> {
  try {
    await asking;
    return false;
  } catch (error) {
    const byRule = error instanceof CheckFailure && error.evidence.condition === "not-authorized";
    if (byRule && error.reason === "focus_refused") return true;
    throw error;
  }
}

function questionOf({ focus, conference }: RoomPlace, who: string, run: CheckRun): FocusQuestion {
  return { focus, room: checkRoom(conference, run), machineUid: machineUidOf(`${who} of ${conference}`) };
}
