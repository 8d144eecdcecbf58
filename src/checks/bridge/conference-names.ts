/** Names for what a check allocates: unguessable, so that they can never be the room of a person. */
import type { CheckRun } from "../check-run.ts";
import type { ConferenceNames } from "./colibri.ts";

export function conferenceNames(domain: string, run: CheckRun): ConferenceNames {
  const hex = randomHex(16, run);
  // A UUID of version 4 (RFC 9562 section 5.4).
  const meetingId = hex.replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12})$/, "$1-$2-4$3-8$4-$5");
  return { meetingId, name: `convene-check-${randomHex(8, run)}@conference.${domain}` };
}

/** Eight hexadecimal digits, as the bridge wants an endpoint's id. */
export function endpointId(run: CheckRun): string {
  return randomHex(4, run);
}

function randomHex(bytes: number, run: CheckRun): string {
  return Buffer.from(run.context.randomBytes(bytes)).toString("hex");
}
