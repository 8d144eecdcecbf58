/** From the answer that came in a WebSocket's place to who gave it and why. Pure. */
import type { UpgradeReason } from "./upgrade-reasons.ts";

export interface RefusedUpgrade {
  readonly status: number;
  /** The headers Server and Content-Type. */
  readonly server: string;
  readonly contentType: string;
  /** The beginning of the body. */
  readonly body: string;
}

type Answerer = "HAProxy" | "nginx" | "Prosody" | "somebody else";

/** Their own pages, which none of them is told to change: Prosody's style sheet (0.12.3), the others' words. */
const ANSWERERS: readonly (readonly [Answerer, RegExp])[] = [
  ["Prosody", /body\{margin-top:14%;text-align:center|point your WebSocket client to this URL/],
  ["HAProxy", /No server is available to handle|forbidden by administrative rules|didn't respond in time/],
  ["nginx", /<center>(?:nginx|openresty)/],
];

export function answererOf({ server, body }: RefusedUpgrade): Answerer {
  const known = ANSWERERS.find(([, page]) => page.test(body))?.[0];
  return known ?? (/^(?:nginx|openresty)/i.test(server) ? "nginx" : "somebody else");
}

/** Prosody's page for a request without Sec-WebSocket-Key says that the path is right and the upgrade got lost. */
export function reasonOfRefusal(refused: RefusedUpgrade): UpgradeReason {
  const { status } = refused;
  const byProsody = answererOf(refused) === "Prosody";
  if (status === 200) return byProsody ? "upgrade_not_passed" : isPage(refused);
  if (status >= 300 && status < 400) return "websocket_redirected";
  if (status === 501 && byProsody) return "subprotocol_not_passed";
  return BY_STATUS[status] ?? "websocket_refused";
}

const BY_STATUS: Readonly<Record<number, UpgradeReason>> = {
  400: "websocket_bad_request",
  403: "websocket_forbidden",
  404: "websocket_not_found",
  426: "upgrade_not_passed",
  502: "prosody_down",
  503: "backend_down",
  504: "prosody_silent",
};

function isPage({ contentType, body }: RefusedUpgrade): UpgradeReason {
  return contentType.startsWith("text/html") || /<html|<!doctype html/i.test(body)
    ? "websocket_is_page"
    : "websocket_bad_handshake";
}
