/** What `convene doctor` knows of a site in the middle of the ladder, for tests of single steps. */
import type { Knowledge, Learnt } from "../../src/doctor/knowledge.ts";
import { DOCTOR_REQUEST } from "./doctor-tools.ts";

type KnownSite = Knowledge & Required<Pick<Learnt, "signaling">>;

/** `open`: nobody has an account there. */
export function knownSite(open: boolean, more: Partial<Knowledge> = {}): KnownSite {
  const guestDomain = open ? undefined : "guest.meet.test";
  const place = {
    host: "meet.test",
    port: 443,
    secure: true,
    path: "/xmpp-websocket",
    allowSelfSigned: false,
  };
  return {
    target: DOCTOR_REQUEST.target,
    instead: {},
    addresses: ["9.9.9.9"],
    answering: ["9.9.9.9"],
    address: "9.9.9.9",
    site: {
      page: new URL("https://meet.test/"),
      domain: "meet.test",
      guestDomain,
      muc: "conference.meet.test",
      focus: "focus.meet.test",
      websocket: undefined,
      bosh: undefined,
    },
    signaling: { target: { ...place, domain: "meet.test", guestDomain }, guests: true, open },
    ...more,
  };
}
