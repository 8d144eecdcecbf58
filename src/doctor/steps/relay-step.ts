/** Rung `relay`: do the STUN and TURN servers work that participants are told, over each transport? */
import type { CheckResult } from "../../checks/check.ts";
import type { CommonReason } from "../../checks/common-reasons.ts";
import { findingOf } from "../finding.ts";
import { TOLD } from "../knowledge.ts";
import { askInward, askTurn } from "../relay/ask-turn.ts";
import { asOpen, isOfConnection, leftToMeeting, merged, withoutCredential } from "../relay/relay-findings.ts";
import { nameOfWish, type RelayWish, relayWishes } from "../relay/relay-wishes.ts";
import type { Finding } from "../report.ts";
import { defineStep, type Tools } from "../step.ts";

export const relayStep = defineStep("relay", TOLD, async ({ services }, tools) => {
  const { wishes, bare, exotic } = relayWishes(services);
  if (wishes.length === 0 && bare.length === 0) return { asked: false, because: "the site tells of none" };
  const tried = await Promise.all(wishes.map((wish) => tryWish(wish, tools)));
  const relays = tried.flatMap(({ wish, works }) => (wish.kind === "turn" && works ? [wish] : []));
  const [working] = relays;
  const faults = merged(tried.flatMap(({ findings }) => findings));
  const inward = working === undefined ? [] : await askInward(working, tools);
  return {
    asked: true,
    summary: summarise(tried),
    ...(working === undefined ? {} : { consequence: "Not everybody gets through to the relay of" }),
    findings: [...faults, ...bare.map(withoutCredential), ...inward],
    notes: [
      ...tried.flatMap(({ unasked }) => (unasked === undefined ? [] : [notAsked(unasked)])),
      ...exotic.map(({ type, host }) => `not asked: ${type}:${host}, because no browser uses it that way`),
    ],
    learnt: { ...(working === undefined ? {} : { relays }), relayFaults: faults.map(({ reason }) => reason) },
  };
});

interface Tried {
  readonly wish: RelayWish;
  readonly findings: readonly Finding[];
  readonly works: boolean;
  /** What of it no check takes, because of how its name is written. */
  readonly unasked?: string | undefined;
  /** Milliseconds of one question and its answer. */
  readonly roundTrip: number | undefined;
}

async function tryWish(wish: RelayWish, tools: Tools): Promise<Tried> {
  const { host, port } = wish;
  if (wish.kind === "stun") {
    const result = await tools.check("stun", { host, port });
    if (!isTaken(result)) {
      return { wish, findings: [], works: false, unasked: `stun:${host}`, roundTrip: undefined };
    }
    return { wish, findings: findingOf(result), works: result.ok, roundTrip: durationOf("binding", result) };
  }
  const [result, served] = await Promise.all([
    askTurn(wish, tools),
    wish.transport === "tls"
      ? tools.check("tls", { host, port, allowSelfSigned: tools.request.allowSelfSigned })
      : undefined,
  ]);
  const certificate = served !== undefined && isTaken(served) ? served : undefined;
  // What is wrong with the certificate is told by who looked at nothing else.
  const relayed = findingOf(result)
    .filter(({ reason }) => certificate === undefined || !isOfConnection(reason))
    .map(leftToMeeting)
    .map(asOpen);
  const findings = [...(certificate === undefined ? [] : findingOf(certificate)), ...relayed];
  // Who asks for no credential gives browsers no relay to meet through as they ask for it.
  const works =
    result.reason !== "no_authentication" && findings.every(({ severity }) => severity === "warning");
  const unasked = served === certificate ? undefined : `the certificate of ${host}`;
  return { wish, findings, works, unasked, roundTrip: durationOf("challenge", result) };
}

/** A site announces what it likes, and a resolver may know more names than a check takes. */
function isTaken({ reason }: CheckResult): boolean {
  return reason !== ("invalid_spec" satisfies CommonReason);
}

function notAsked(what: string): string {
  return `not asked: ${what}, because its name is written in no usual way`;
}

function summarise(tried: readonly Tried[]): string {
  const byHost = Map.groupBy(tried, ({ wish }) => wish.host);
  return [...byHost].map(([host, ways]) => `${host} ${ways.map(wayOf).join(", ")}`).join("; ");
}

/** `udp ✓ 31 ms` */
function wayOf({ wish, works, unasked, roundTrip }: Tried): string {
  const name = nameOfWish(wish);
  if (wish.kind === "stun" && unasked !== undefined) return `${name} –`;
  if (!works) return `${name} ✗`;
  return roundTrip === undefined ? `${name} ✓` : `${name} ✓ ${Math.round(roundTrip)} ms`;
}

function durationOf(phase: string, { phases }: CheckResult): number | undefined {
  return phases.find(({ name }) => name === phase)?.milliseconds;
}
