/** Where an XMPP session goes to, and as whom. */
import type { Secret } from "../../system/secret.ts";

export interface XmppTarget {
  /** The name people use; also TLS server name and HTTP Host. */
  readonly host: string;
  /** Where to connect instead of what `host` resolves to. */
  readonly address?: string | undefined;
  readonly port: number;
  /** TLS around the WebSocket. */
  readonly secure: boolean;
  /** HTTP requests (XEP-0124) instead of the WebSocket. */
  readonly bosh?: boolean;
  /** Of the WebSocket: `/xmpp-websocket`. */
  readonly path: string;
  /** XMPP domain of people with an account. */
  readonly domain: string;
  /** XMPP domain of people without; without it they log in to `domain`. */
  readonly guestDomain?: string | undefined;
  /** Told in the WebSocket's address as `?room=`. */
  readonly room?: string | undefined;
  readonly allowSelfSigned: boolean;
}

export type XmppLogin =
  | { readonly kind: "guest" }
  | { readonly kind: "user"; readonly username: string; readonly password: Secret };

/** The domain that somebody logs in to. */
export function loginDomain(target: Pick<XmppTarget, "domain" | "guestDomain">, login: XmppLogin): string {
  return login.kind === "guest" ? (target.guestDomain ?? target.domain) : target.domain;
}
