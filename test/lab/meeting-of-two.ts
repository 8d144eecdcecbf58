/** A member and a guest of the meeting lab who want to meet in a room of their own. */
import { setTimeout as delay } from "node:timers/promises";
import type { MeetingLab } from "./meeting-lab.ts";
import { attributeOf, type MeetingPerson, meetingPerson } from "./meeting-person.ts";

export interface MeetingOfTwo {
  readonly member: MeetingPerson;
  readonly guest: MeetingPerson;
  readonly room: string;
  /** Both in the room, the member first. */
  enter(): Promise<void>;
  /** Both in the room with their offers: the member's, the guest's. */
  meet(memberFeatures?: readonly string[], guestFeatures?: readonly string[]): Promise<[string, string]>;
  close(): void;
}

export async function meetingOfTwo(lab: MeetingLab, name: string): Promise<MeetingOfTwo> {
  const room = `${name}@conference.${lab.domain}`;
  const member = await meetingPerson(lab, "member", true);
  const guest = await meetingPerson(lab, "guest", false);
  const enter = async (): Promise<void> => {
    for (const person of [member, guest]) {
      await person.request(room);
      await person.enter(room);
    }
  };
  return {
    member,
    guest,
    room,
    enter,
    meet: async (memberFeatures, guestFeatures) => {
      await enter();
      return await Promise.all([member.invited(memberFeatures), guest.invited(guestFeatures)]);
    },
    close: () => {
      member.close();
      guest.close();
    },
  };
}

/** The body of what the focus answers over HTTP, and its status. */
export async function askFocus(
  lab: MeetingLab,
  path: string,
): Promise<{ readonly status: number; readonly text: string }> {
  const response = await fetch(`http://${lab.addresses.jitsi}:8888${path}`);
  return { status: response.status, text: await response.text() };
}

/** How many endpoints each bridge has, in the order of their numbers. */
export async function endpointsOf(lab: MeetingLab): Promise<readonly number[]> {
  const counts = lab.addresses.bridges.map(async (address) => {
    const text = await (await fetch(`http://${address}:8080/colibri/stats`)).text();
    return Number(/"participants":(\d+)/u.exec(text)?.[1]);
  });
  return await Promise.all(counts);
}

/** The element that names what an endpoint has on its bridge, as an offer has it. */
export function bridgeSession(offer: string, attributes = ""): string {
  const id = attributeOf(/<bridge-session[^>]*>/u.exec(offer)?.[0] ?? "", "id");
  return `<bridge-session xmlns='http://jitsi.org/protocol/focus' id='${id}'${attributes}/>`;
}

/** Waits 5 s at most; rejects with what never came true, and the servers' words. */
export async function until(lab: MeetingLab, what: string, isTrue: () => Promise<boolean>): Promise<void> {
  for (let attempt = 0; attempt < 100; attempt += 1) {
    if (await isTrue()) return;
    await delay(50);
  }
  throw new Error(`never: ${what}\n${lab.logs()}`);
}
