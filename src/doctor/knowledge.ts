/** What the rungs have learnt of a site so far; each rung adds to it and changes nothing. */
import type { ExternalService } from "../checks/xmpp/extdisco.ts";
import type { XmppLogin, XmppTarget } from "../checks/xmpp/xmpp-target.ts";
import type { TurnWish } from "./relay/relay-wishes.ts";
import type { DoctorTarget } from "./request.ts";

/** Each part is there once its rung has held, as far as the rungs above need it. */
export interface Learnt {
  /** Addresses of the name that may be contacted, best first. */
  readonly addresses?: readonly string[];
  /** Those of them whose web port answers. */
  readonly answering?: readonly string[];
  /** The address everything else goes to: its certificate is accepted. */
  readonly address?: string;
  readonly site?: SiteFacts;
  readonly signaling?: Signaling;
  /** Who can log in: the guest, if there are guests, first. */
  readonly logins?: readonly XmppLogin[];
  /** What participants are told, at most eight hosts. */
  readonly services?: readonly ExternalService[];
  /** Ways to a relay that work. */
  readonly relays?: readonly TurnWish[];
  /** Reasons that the rung of the relay has told already. */
  readonly relayFaults?: readonly string[];
  /** Who may open a room. */
  readonly opener?: XmppLogin;
}

/** What config.js says. */
export interface SiteFacts {
  /** Where the page is in the end. */
  readonly page: URL;
  /** XMPP domain; its name need not be the page's. */
  readonly domain: string;
  /** XMPP domain of people without an account, where members have one. */
  readonly guestDomain: string | undefined;
  /** `conference.D` */
  readonly muc: string;
  /** `focus.D` */
  readonly focus: string;
  readonly websocket: URL | undefined;
  readonly bosh: URL | undefined;
}

/** A WebSocket, or BOSH, behind which an XMPP server answers. */
export interface Signaling {
  readonly target: XmppTarget;
  /** Whether somebody without an account is let in. */
  readonly guests: boolean;
  /** Nobody has an account: whoever comes may open a room. */
  readonly open: boolean;
}

export interface Knowledge extends Learnt {
  readonly target: DoctorTarget;
  /** Goes on after "not asked, because", where a rung says it better than BECAUSE. */
  readonly instead: Because;
}

export type Because = Readonly<Partial<Record<keyof Learnt, string>>>;

export const BECAUSE: Readonly<Record<keyof Learnt, string>> = {
  addresses: "the name leads nowhere",
  answering: "the port does not answer",
  address: "the certificate is refused",
  site: "there is no page of Jitsi Meet",
  signaling: "signaling does not work",
  logins: "nobody could log in",
  services: "it is not known where the relay is",
  relays: "no relay works",
  relayFaults: "no relay was asked",
  opener: "no room opens",
};

/** In the order in which they are learnt, so that the first that is missing is the cause. */
export const REACHED = ["addresses", "answering", "address"] as const satisfies readonly (keyof Learnt)[];
export const FOUND = [...REACHED, "site"] as const satisfies readonly (keyof Learnt)[];
export const ANSWERED = [...FOUND, "signaling"] as const satisfies readonly (keyof Learnt)[];
export const ENTERED = [...ANSWERED, "logins"] as const satisfies readonly (keyof Learnt)[];
export const OPENED = [...ENTERED, "opener"] as const satisfies readonly (keyof Learnt)[];
export const TOLD = [...ENTERED, "services"] as const satisfies readonly (keyof Learnt)[];
