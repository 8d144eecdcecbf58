/** The rungs above the login: parts of the server, relays, focus, rooms. */
import type { Secret } from "../../system/secret.ts";
import { CheckFailure, type CheckRun, type Verdict } from "../check-run.ts";
import { seesBridges } from "../bridge/focus-view.ts";
import { expectComponent } from "./components.ts";
import { askServices } from "./extdisco.ts";
import type { ExtdiscoReason } from "./extdisco-reasons.ts";
import type { FocusReason } from "./focus-reasons.ts";
import { expectFocus } from "./focus-request.ts";
import type { MeetingReason } from "./meeting-reasons.ts";
import { type DesiredService, describeService, judgeAnnouncement } from "./relay-announcement.ts";
import { expectGuestRefused, expectRoomOpened } from "./room-rules.ts";
import { below, siteDomain, type XmppSpec } from "./xmpp-spec.ts";
import type { XmppSession } from "./xmpp-session.ts";
import type { XmppLogin } from "./xmpp-target.ts";

/** The password or secret of that name. Fails with `secret_missing`. */
export async function readSecret(name: string, run: CheckRun): Promise<Secret> {
  try {
    return await run.context.secret(name);
  } catch (cause) {
    const words = cause instanceof Error ? cause.message : String(cause);
    const message = `the secret ${name} cannot be read: ${words}`;
    throw new CheckFailure<MeetingReason>("secret_missing", message, { cause });
  }
}

/** What holds, in words, or the finding that is no failure of a rung; a rung that does not hold throws. */
export async function climbAsParticipant(
  spec: XmppSpec,
  session: XmppSession,
  login: XmppLogin,
  run: CheckRun,
): Promise<Verdict<ExtdiscoReason | "ok">> {
  const held: string[] = [];
  if (spec.components.length > 0) {
    await run.phase("components", async () => {
      for (const label of spec.components) {
        await expectComponent(session, below(spec, label), label === spec.conference ? "rooms" : "side");
      }
    });
    held.push(`has ${spec.components.join(", ")}`);
  }
  const finding = await climbRelays(spec, session, run);
  if (finding !== undefined && finding.severity !== "warning") return finding;
  if (spec.services !== undefined) held.push("tells of the relays");
  const focus = spec.focus === undefined ? undefined : below(spec, spec.focus);
  if (focus !== undefined) {
    await run.phase("focus", () => findFocus(session, focus, spec, run));
    held.push("has a focus that answers");
    held.push(...(await climbRooms(spec, session, login, focus, run)));
  }
  return finding ?? { reason: "ok", message: held.join(", ") };
}

/** Fails with `focus_cut_off` when it is logged in all the same, which only it can say. */
async function findFocus(
  session: XmppSession,
  focus: string,
  { focusRest }: XmppSpec,
  run: CheckRun,
): Promise<void> {
  try {
    await expectFocus(session, focus);
  } catch (error) {
    const isMissing =
      error instanceof CheckFailure && error.reason === ("focus_missing" satisfies FocusReason);
    if (!isMissing || focusRest === undefined || (await seesBridges(focusRest, run)) !== true) throw error;
    const message = `jicofo sees its bridges, so it is logged in, and ${error.message}`;
    throw new CheckFailure<MeetingReason>("focus_cut_off", message, { evidence: error.evidence });
  }
}

async function climbRelays(
  spec: XmppSpec,
  session: XmppSession,
  run: CheckRun,
): Promise<Verdict<ExtdiscoReason> | undefined> {
  if (spec.services === undefined) return undefined;
  const desired = spec.services.flatMap(withHost);
  const secret = spec.relaySecret === undefined ? undefined : await readSecret(spec.relaySecret, run);
  const announced = await askServices(session, siteDomain(spec), run);
  run.note({ services: announced.map(describeService).join(", ") });
  return judgeAnnouncement(announced, { desired, now: run.context.clock.now(), secret });
}

async function climbRooms(
  spec: XmppSpec,
  session: XmppSession,
  login: XmppLogin,
  focus: string,
  run: CheckRun,
): Promise<readonly string[]> {
  const place = { focus, conference: below(spec, spec.conference) };
  if (login.kind === "guest" && spec.rooms === "members") {
    await expectGuestRefused(session, place, run);
    return ["gives a guest no new room"];
  }
  if (spec.rooms === undefined || (login.kind === "user" && !spec.openRoom)) return [];
  await expectRoomOpened(session, login, place, run);
  return ["opens a room"];
}

function withHost({
  host,
  ...rest
}: { host?: string | undefined } & Omit<DesiredService, "host">): DesiredService[] {
  return host === undefined ? [] : [{ ...rest, host }];
}
