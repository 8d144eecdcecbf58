/** Logs in (RFC 6120 section 6): ANONYMOUS for guests, SCRAM for people, PLAIN where nothing better is offered and TLS hides it. */
import { CheckFailure, type CheckRun } from "../check-run.ts";
import { SCRAM_HASHES, type ScramHash, scramFirst, scramProof } from "./scram.ts";
import { saslPrep } from "./sasl-prep.ts";
import type { SessionReason } from "./session-reasons.ts";
import { childOf, type XmlElement } from "./xml-element.ts";
import { writeXml } from "./xml-writer.ts";
import { refuseStreamError, type XmppStream } from "./xmpp-stream.ts";
import type { XmppLogin } from "./xmpp-target.ts";

const SASL_NAMESPACE = "urn:ietf:params:xml:ns:xmpp-sasl";
type User = Extract<XmppLogin, { kind: "user" }>;

/** Names of the mechanisms that stream features offer. */
export function offeredMechanisms(features: XmlElement): readonly string[] {
  const offers = childOf(features, "mechanisms", SASL_NAMESPACE)?.children ?? [];
  return offers.filter(({ name }) => name === "mechanism").map(({ text }) => text.trim());
}

/** Each answer may take `waitMs`. Fails with a SessionReason; nothing of a password is sent to who does not ask rightly. */
export async function authenticate(
  stream: XmppStream,
  login: XmppLogin,
  features: XmlElement,
  waitMs: number,
  run: CheckRun,
): Promise<void> {
  const offered = offeredMechanisms(features);
  const exchange = new SaslExchange(stream, waitMs);
  if (login.kind === "guest") return await logInAsGuest(exchange, offered, run);
  const scram = [...SCRAM_HASHES].find(([mechanism]) => offered.includes(mechanism));
  if (scram !== undefined) return await logInByScram(exchange, login, scram, run);
  if (!offered.includes("PLAIN")) throw missing(["SCRAM-SHA-256", "SCRAM-SHA-1", "PLAIN"], offered);
  if (!stream.encrypted) {
    const message = "only PLAIN is offered, and the connection is not encrypted";
    throw new CheckFailure<SessionReason>("unsafe_mechanisms", message);
  }
  return await logInByPlain(exchange, login, run);
}

async function logInAsGuest(
  exchange: SaslExchange,
  offered: readonly string[],
  run: CheckRun,
): Promise<void> {
  if (!offered.includes("ANONYMOUS")) throw missing(["ANONYMOUS"], offered);
  run.note({ mechanism: "ANONYMOUS" });
  const answer = await exchange.begin("ANONYMOUS", "");
  if (answer.name === "failure") throw failureOf(answer, "guest_refused", "a guest");
  if (answer.name !== "success") throw unexpected(answer);
}

async function logInByScram(
  exchange: SaslExchange,
  login: User,
  [mechanism, hash]: readonly [string, ScramHash],
  run: CheckRun,
): Promise<void> {
  run.note({ mechanism });
  const nonce = Buffer.from(run.context.randomBytes(18)).toString("base64");
  const challenge = await exchange.begin(mechanism, scramFirst(login.username, nonce));
  // Before the challenge nothing of the password was said: Prosody 0.12.3 knows no such account.
  if (challenge.name === "failure") throw failureOf(challenge, "account_missing", login.username);
  if (challenge.name !== "challenge") throw unexpected(challenge);
  const proof = await scramProof(hash, login, nonce, payloadOf(challenge));
  let answer = await exchange.answer(proof.message);
  // The server's signature comes with the success or, where that carries nothing, as one more challenge (RFC 6120 section 6.4.6).
  const inChallenge = answer.name === "challenge" ? payloadOf(answer) : undefined;
  if (inChallenge !== undefined) answer = await exchange.answer("");
  if (answer.name === "failure") throw refusalOf(answer, login);
  if (answer.name !== "success") throw unexpected(answer);
  if (proof.verify(inChallenge ?? payloadOf(answer))) return;
  const message = `the server let ${login.username} in without proving that it knows the password`;
  throw new CheckFailure<SessionReason>("server_not_trusted", message);
}

/** RFC 4616. */
async function logInByPlain(exchange: SaslExchange, login: User, run: CheckRun): Promise<void> {
  run.note({ mechanism: "PLAIN" });
  const [username, password] = [saslPrep(login.username), saslPrep(login.password.reveal())];
  if (username === undefined || password === undefined) {
    const message = "the user name or the password holds a character that none may hold";
    throw new CheckFailure<SessionReason>("login_refused", message);
  }
  const answer = await exchange.begin("PLAIN", `\0${username}\0${password}`);
  if (answer.name === "failure") throw refusalOf(answer, login);
  if (answer.name !== "success") throw unexpected(answer);
}

class SaslExchange {
  readonly #stream: XmppStream;
  readonly #waitMs: number;

  constructor(stream: XmppStream, waitMs: number) {
    this.#stream = stream;
    this.#waitMs = waitMs;
  }

  begin(mechanism: string, initial: string): Promise<XmlElement> {
    return this.#exchange(writeXml("auth", { xmlns: SASL_NAMESPACE, mechanism }, encoded(initial)));
  }

  answer(text: string): Promise<XmlElement> {
    const content = text === "" ? "" : encoded(text);
    return this.#exchange(writeXml("response", { xmlns: SASL_NAMESPACE }, content));
  }

  async #exchange(xml: string): Promise<XmlElement> {
    this.#stream.send(xml);
    const answer = await this.#stream.next(this.#waitMs);
    refuseStreamError(answer);
    if (answer.namespace === SASL_NAMESPACE) return answer;
    throw unexpected(answer);
  }
}

/** RFC 6120 section 6.4.2: an empty initial response is written "=". */
function encoded(text: string): string {
  return text === "" ? "=" : Buffer.from(text, "utf8").toString("base64");
}

function payloadOf(element: XmlElement): string {
  const text = element.text.trim();
  return text === "=" ? "" : Buffer.from(text, "base64").toString("utf8");
}

function missing(wanted: readonly string[], offered: readonly string[]): CheckFailure<SessionReason> {
  const message = `${wanted.join(", ")} not offered; offered: ${offered.join(", ") || "none"}`;
  return new CheckFailure("missing_mechanism", message);
}

function unexpected(answer: XmlElement): CheckFailure<SessionReason> {
  return new CheckFailure("bad_answer", `<${answer.name}> is no answer to a login`);
}

function refusalOf(failure: XmlElement, login: User): CheckFailure<SessionReason> {
  return failureOf(failure, "login_refused", login.username);
}

/** RFC 6120 section 6.5: only `not-authorized` speaks of the credential. */
function failureOf(failure: XmlElement, reason: SessionReason, who: string): CheckFailure<SessionReason> {
  const condition =
    failure.children.find(({ name, namespace }) => namespace === SASL_NAMESPACE && name !== "text")?.name ??
    "no condition";
  const words = childOf(failure, "text", SASL_NAMESPACE)?.text ?? "";
  const message = `${who} is not let in: ${condition} ${words}`.trim();
  const decided = condition === "not-authorized" || reason === "guest_refused";
  return new CheckFailure(decided ? reason : "login_failed", message, { evidence: { condition } });
}
