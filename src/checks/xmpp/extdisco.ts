/** Which STUN and TURN servers a participant is told, and with what credential (XEP-0215). */
import { Secret } from "../../system/secret.ts";
import { CheckFailure, type CheckRun } from "../check-run.ts";
import type { ExtdiscoReason } from "./extdisco-reasons.ts";
import { StanzaRefused } from "./stanza.ts";
import { childOf, type XmlElement } from "./xml-element.ts";
import { writeXml } from "./xml-writer.ts";
import type { XmppSession } from "./xmpp-session.ts";

const EXTDISCO_NAMESPACE = "urn:xmpp:extdisco:2";
const ANSWER_MS = 5_000;
/** Services read of one answer; a site has five. */
const SERVICE_LIMIT = 64;

export interface ExternalService {
  /** `stun`, `turn`, `turns`, or anything else that has its own announcement. */
  readonly type: string;
  readonly host: string;
  /** Undefined where none is announced, and a client takes the type's own. */
  readonly port: number | undefined;
  readonly transport: string | undefined;
  readonly username: string | undefined;
  readonly password: Secret | undefined;
  /** Milliseconds since the epoch. */
  readonly expires: number | undefined;
}

/**
 * Asks `to`, the XMPP domain; the phase is `extdisco`. Fails with an ExtdiscoReason, or with why the session ended.
 * An entry that is no service is left out.
 */
export function askServices(
  session: XmppSession,
  to: string,
  run: CheckRun,
): Promise<readonly ExternalService[]> {
  return run.phase("extdisco", async () => {
    const question = writeXml("services", { xmlns: EXTDISCO_NAMESPACE });
    const answer = await session
      .ask("get", to, question, ANSWER_MS)
      .catch((error: unknown) => Promise.reject(asExtdiscoFailure(error)));
    const services = childOf(answer, "services", EXTDISCO_NAMESPACE)?.children ?? [];
    return services.slice(0, SERVICE_LIMIT).flatMap(readService);
  });
}

/** `forbidden`: XEP-0215 section 5.2 and Prosody's own access list; the others say that nobody is there to answer. */
function asExtdiscoFailure(error: unknown): unknown {
  if (!(error instanceof CheckFailure)) return error;
  const { message, evidence } = error;
  if (error instanceof StanzaRefused)
    return new CheckFailure(reasonOf(error.condition), message, { evidence });
  if (error.reason !== "session_silent") return error;
  return new CheckFailure<ExtdiscoReason>("extdisco_silent", message, { evidence });
}

function reasonOf(condition: string): ExtdiscoReason {
  if (condition === "forbidden" || condition === "not-authorized") return "extdisco_forbidden";
  const missing = ["service-unavailable", "feature-not-implemented", "item-not-found"];
  return missing.includes(condition) ? "extdisco_missing" : "extdisco_refused";
}

function readService(element: XmlElement): readonly ExternalService[] {
  const { type, host, port, transport, username, password, expires } = element.attributes;
  if (element.name !== "service" || type === undefined || host === undefined) return [];
  return [
    {
      type,
      host,
      port: portOf(port),
      transport,
      username,
      password: password === undefined ? undefined : new Secret(password),
      expires: momentOf(expires),
    },
  ];
}

function portOf(text: string | undefined): number | undefined {
  const port = text !== undefined && /^\d{1,5}$/.test(text) ? Number(text) : 0;
  return port >= 1 && port <= 65_535 ? port : undefined;
}

/** XEP-0082: `2026-01-02T03:04:05Z`. */
function momentOf(text: string | undefined): number | undefined {
  const moment = text === undefined ? Number.NaN : Date.parse(text);
  return Number.isFinite(moment) ? moment : undefined;
}
