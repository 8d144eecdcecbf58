/** From what was found on each way to a relay to findings, one for each cause. */
import { connectReasons, tlsReasons } from "../../checks/connect/connect-reasons.ts";
import type { TurnReason } from "../../checks/turn/turn-reasons.ts";
import { finding } from "../finding.ts";
import type { Finding } from "../report.ts";

/** Said of a relay's way to its own address, which a router may not lead back or coturn may deny. */
const OF_ITS_OWN_ADDRESS: readonly string[] = [
  "data_lost",
  "own_relay_unreachable",
  "forbidden_peer",
] satisfies readonly TurnReason[];

/** People send to the videobridge and never to the relay itself: whether the relay serves them, a meeting shows. */
export function leftToMeeting(found: Finding): Finding {
  return OF_ITS_OWN_ADDRESS.includes(found.reason) ? { ...found, severity: "warning" } : found;
}

/** A relay for everybody keeps nobody out; that is what is wrong with it. */
export function asOpen(found: Finding): Finding {
  return found.reason === "no_authentication" ? { ...found, severity: "warning" } : found;
}

/** Not reached, or refused before TURN began. */
export function isOfConnection(reason: string): boolean {
  return reason in connectReasons || reason in tlsReasons;
}

/** The same cause on several ways to one server is one finding: `turn.example.org (3478/udp, 3478/tcp)`. */
export function merged(findings: readonly Finding[]): readonly Finding[] {
  const told = findings.filter((one) => !isExplained(one, findings));
  const byCause = Map.groupBy(told, ({ reason, target }) => `${reason} ${splitTarget(target)[0]}`);
  return [...byCause.values()].flatMap((same) => {
    const [first] = same;
    if (first === undefined) return [];
    const [host] = splitTarget(first.target);
    const ways = [...new Set(same.map(({ target }) => splitTarget(target)[1]))];
    const target = ways.length === 1 ? first.target : `${host} (${ways.join(", ")})`;
    return [{ ...first, target, message: named(first.message.replace(first.target, target), host) }];
  });
}

/** A certificate's words do not say whose it is. */
function named(message: string, host: string): string {
  return message.includes(host) ? message : `${host}: ${message}`;
}

/** A proxy takes the connection for a server that is not there; a server that hangs takes it for itself. */
const FOLLOWS: Readonly<Record<string, string>> = {
  tls_closed: "port_closed",
  connection_lost: "port_closed",
  tls_no_answer: "no_answer",
};

/** What another finding on the same server explains. */
function isExplained({ reason, target }: Finding, findings: readonly Finding[]): boolean {
  const [host] = splitTarget(target);
  return findings.some((one) => one.reason === FOLLOWS[reason] && splitTarget(one.target)[0] === host);
}

/** `[2001:db8::1]:3478/udp` is a host and `3478/udp`. */
function splitTarget(target: string): readonly [string, string] {
  const colon = target.lastIndexOf(":");
  return [target.slice(0, colon), target.slice(colon + 1)];
}

export function withoutCredential({ type, host }: { readonly type: string; readonly host: string }): Finding {
  return finding("critical", "no_credential", {
    target: `${type}:${host}`,
    message: `the relay ${host} is announced without a credential, so nobody can use it`,
    advice:
      "in Prosody's `external_services` the entry needs `secret = true` (and `external_service_secret` the same secret as coturn)",
  });
}
