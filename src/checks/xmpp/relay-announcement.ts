/** Compares the relays that a participant is told with those the site means. Pure. */
import { createHmac } from "node:crypto";
import type { Secret } from "../../system/secret.ts";
import type { Verdict } from "../check-run.ts";
import type { ExtdiscoReason } from "./extdisco-reasons.ts";
import type { ExternalService } from "./extdisco.ts";

export interface DesiredService {
  readonly type: "stun" | "turn" | "turns";
  readonly host: string;
  readonly port: number;
  readonly transport: "udp" | "tcp";
}

export interface AnnouncementRules {
  readonly desired: readonly DesiredService[];
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** What credentials must be made of; without it they are only looked at. */
  readonly secret: Secret | undefined;
}

type Finding = Verdict<ExtdiscoReason>;

/** The worst finding, or undefined when the announcement is as it should be. */
export function judgeAnnouncement(
  announced: readonly ExternalService[],
  rules: AnnouncementRules,
): Finding | undefined {
  const relays = announced.filter(({ type }) => isRelay(type));
  const bare = relays.find((service) => isBare(service, rules.desired));
  return (
    absent(relays, rules.desired, bare) ??
    firstOf(relays.map((service) => judgeCredential(service, rules))) ??
    (bare === undefined ? undefined : withoutPort(bare, "warning")) ??
    unexpected(relays, rules.desired)
  );
}

/** `turn turn.example.org:3478/udp`, with `-` for what is not said. */
export function describeService(service: DesiredService | ExternalService): string {
  return `${service.type} ${service.host}:${service.port ?? "-"}/${service.transport ?? "-"}`;
}

function absent(
  relays: readonly ExternalService[],
  desired: readonly DesiredService[],
  bare: ExternalService | undefined,
): Finding | undefined {
  const missing = desired.filter((wanted) => !relays.some((service) => serves(service, wanted)));
  if (missing.length === 0) return undefined;
  if (bare !== undefined && missing.every((wanted) => isLike(bare, wanted)))
    return withoutPort(bare, "critical");
  const told = relays.map(describeService).join(", ") || "none";
  const message = `participants are not told of ${missing.map(describeService).join(", ")}; told: ${told}`;
  return { reason: "turn_not_announced", message };
}

/** Prosody 0.12.3 leaves out a port that is no number, and people try the type's own, which may be the right one. */
function withoutPort(bare: ExternalService, severity: "warning" | "critical"): Finding {
  const message = `${describeService(bare)} is announced without its port`;
  return { reason: "turn_without_port", message, severity };
}

function isBare(service: ExternalService, desired: readonly DesiredService[]): boolean {
  return service.port === undefined && desired.some((wanted) => isLike(service, wanted));
}

function judgeCredential(service: ExternalService, { now, secret }: AnnouncementRules): Finding | undefined {
  if (service.type === "stun") return undefined;
  const { username, password } = service;
  const what = describeService(service);
  if (username === undefined || username === "" || password === undefined) {
    return { reason: "turn_without_credentials", message: `${what} is announced without a credential` };
  }
  const until = expiryOf(service);
  if (until !== undefined && until <= now) {
    const message = `the credential for ${what} ended ${new Date(until).toISOString()}, now is ${new Date(now).toISOString()}`;
    return { reason: "turn_credential_expired", message };
  }
  if (secret === undefined || isMadeOf(secret, username, password)) return undefined;
  return { reason: "turn_secret_differs", message: `the credential for ${what} was made of another secret` };
}

function unexpected(
  relays: readonly ExternalService[],
  desired: readonly DesiredService[],
): Finding | undefined {
  const others = relays.filter((service) => !desired.some((wanted) => serves(service, wanted)));
  if (others.length === 0) return undefined;
  const message = `participants are also told of ${others.map(describeService).join(", ")}`;
  return { reason: "turn_unexpected", message, severity: "warning" };
}

/** Whether a client that follows the announcement ends up at what is wanted: without a port it takes the type's own. */
function serves(service: ExternalService, wanted: DesiredService): boolean {
  return isLike(service, wanted) && (service.port ?? defaultPort(service.type)) === wanted.port;
}

/** The same but for the port. */
function isLike(service: ExternalService, wanted: DesiredService): boolean {
  return (
    service.type === wanted.type &&
    service.host.toLowerCase() === wanted.host.toLowerCase() &&
    (service.transport ?? defaultTransport(service.type)) === wanted.transport
  );
}

/** Ports and transports of RFC 7064 and RFC 7065. */
function defaultPort(type: string): number {
  return type === "turns" ? 5_349 : 3_478;
}

function defaultTransport(type: string): string {
  return type === "turns" ? "tcp" : "udp";
}

/** The moment the relay itself will go by stands in the user name: `<unix seconds>` or `<unix seconds>:<user>`. */
function expiryOf(service: ExternalService): number | undefined {
  const seconds = /^(\d{1,12})(?::|$)/.exec(service.username ?? "")?.[1];
  return seconds === undefined ? service.expires : Number(seconds) * 1_000;
}

/** TURN REST scheme (draft-uberti-behave-turn-rest-00), as mod_external_services and coturn do it. */
function isMadeOf(secret: Secret, username: string, password: Secret): boolean {
  return createHmac("sha1", secret.reveal()).update(username).digest("base64") === password.reveal();
}

function isRelay(type: string): boolean {
  return type === "stun" || type === "turn" || type === "turns";
}

function firstOf(findings: readonly (Finding | undefined)[]): Finding | undefined {
  return findings.find((finding) => finding !== undefined);
}
