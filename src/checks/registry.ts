/** The kinds of check there are, and the one way to run one. */
import type { DesiredCheck } from "../model/desired-state.ts";
import type { CheckKind } from "./check-kind.ts";
import type { CheckContext, CheckResult } from "./check.ts";
import { commonReasons } from "./common-reasons.ts";
import { bridgeCheck } from "./bridge-check.ts";
import { conferenceCheck } from "./conference-check.ts";
import type { Explainer } from "./explainer.ts";
import { fillHint } from "./fill-hint.ts";
import { dnsCheck } from "./dns-check.ts";
import { httpCheck } from "./http-check.ts";
import { stunCheck } from "./stun-check.ts";
import { tcpCheck } from "./tcp-check.ts";
import { tlsCheck } from "./tls-check.ts";
import { turnCheck } from "./turn-check.ts";
import { webCheck } from "./web-check.ts";
import { websocketCheck } from "./websocket-check.ts";
import { xmppCheck } from "./xmpp-check.ts";

const kinds: ReadonlyMap<string, CheckKind> = new Map(
  [
    bridgeCheck,
    conferenceCheck,
    dnsCheck,
    httpCheck,
    stunCheck,
    tcpCheck,
    tlsCheck,
    turnCheck,
    webCheck,
    websocketCheck,
    xmppCheck,
  ].map((kind) => [kind.kind, kind]),
);

/** What cannot run says so once in a while. */
const UNKNOWN_KIND_MS = 300_000;

/** Every kind, for validation of manifests and for generated documentation. */
export function checkKinds(): readonly CheckKind[] {
  return [...kinds.values()];
}

export function checkKind(name: string): CheckKind | undefined {
  return kinds.get(name);
}

/** Milliseconds between two looks at this check. */
export function intervalOf({ kind, intervalSeconds }: DesiredCheck): number {
  if (intervalSeconds !== undefined) return intervalSeconds * 1_000;
  return kinds.get(kind)?.interval ?? UNKNOWN_KIND_MS;
}

/** Whether one look is enough to believe this reason. */
export function isCertain(kind: string, reason: string): boolean {
  return kinds.get(kind)?.reasons[reason]?.certain ?? false;
}

/** Checks whose failure explains this reason, where the check leans on them; undefined: any. */
export function explainedBy(kind: string, reason: string): readonly Explainer[] | undefined {
  return kinds.get(kind)?.explainedBy(reason);
}

/** Runs one check to a result, within its own deadline. Never throws: what cannot run says `invalid_spec`. */
export async function runCheck(desired: DesiredCheck, context: CheckContext): Promise<CheckResult> {
  const kind = kinds.get(desired.kind);
  const result = kind ? await kind.check(desired.name, desired.spec, context) : ofNoKind(desired, context);
  return result.hint === undefined ? result : { ...result, hint: fillHint(result.hint, desired) };
}

function ofNoKind(desired: DesiredCheck, context: CheckContext): CheckResult {
  return {
    name: desired.name,
    kind: desired.kind,
    target: "",
    ok: false,
    reason: "invalid_spec",
    message: `there is no check kind ${desired.kind}; there are ${[...kinds.keys()].join(", ")}`,
    hint: commonReasons.invalid_spec.hint,
    severity: "critical",
    phases: [],
    evidence: {},
    checkedAt: context.clock.now(),
  };
}
