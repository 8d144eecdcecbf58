/** What the focus says of the bridges: whether it would choose this one, and whether their versions fit. */
import { z } from "zod";
import { CheckFailure, CheckRun } from "../check-run.ts";
import type { BridgeReason } from "./bridge-reasons.ts";
import { askRest, readJson, type RestServer } from "./rest.ts";

const seenBridgeSchema = z.looseObject({
  operational: z.boolean(),
  "graceful-shutdown": z.boolean().optional(),
  version: z.string().nullish(),
});

/** What `version.toString()` makes of a bridge whose statistics jicofo has not got yet (jicofo Bridge.kt). */
const NO_VERSION = "null";

/** jicofo's GET /debug, `bridge_selector.bridge.JID` (jicofo BridgeSelector.kt, Bridge.kt). */
const debugSchema = z.looseObject({
  bridge_selector: z.looseObject({ bridge: z.record(z.string(), seenBridgeSchema) }),
});

/** jicofo's GET /stats. */
const countsSchema = z.looseObject({
  bridge_selector: z.looseObject({ bridge_count: z.number(), operational_bridge_count: z.number() }),
});

/** Milliseconds: a jicofo that hangs must not take the whole check's time. */
const FOCUS_MS = 3_000;

/** Bytes of /debug: it names every conference, too. */
const DEBUG_LIMIT = 4 * 1_024 * 1_024;

/** Something to be told that keeps nobody from meeting. */
export interface BridgeFinding {
  readonly reason: BridgeReason;
  readonly message: string;
}

/**
 * Fails with `unknown_to_focus`, or with `not_operational` when the focus does not count on this bridge. A focus that does not answer, or
 * more than is read, is no fault of the bridge's: that is a finding, and so are bridges of different versions.
 */
export async function askFocus(
  focus: RestServer,
  nickname: string | undefined,
  run: CheckRun,
): Promise<BridgeFinding | undefined> {
  const view = await askPatiently(run, async (patient) => {
    const bridges = await readBridges(focus, patient);
    if (typeof bridges === "object") return { bridges };
    return { counts: await readCounts(focus, patient), isCut: bridges === "too_long" };
  });
  if (view instanceof CheckFailure) {
    return { reason: "focus_unreachable", message: `jicofo does not tell: ${view.message}` };
  }
  if ("bridges" in view) return judgeBridges(view.bridges, nickname, run);
  return judgeCounts(view.counts, view.isCut, run);
}

/** Whether the focus sees bridges in the brewery, and so is logged in to Prosody; undefined when it does not tell. */
export async function seesBridges(focus: RestServer, run: CheckRun): Promise<boolean | undefined> {
  const counts = await askPatiently(run, (patient) => readCounts(focus, patient));
  return counts instanceof CheckFailure ? undefined : counts.bridge_count > 0;
}

/** The answer, or why there is none. */
async function askPatiently<T>(
  run: CheckRun,
  ask: (patient: CheckRun) => Promise<T>,
): Promise<T | CheckFailure> {
  const patience = AbortSignal.timeout(FOCUS_MS);
  try {
    return await ask(new CheckRun(run.context, AbortSignal.any([run.signal, patience])));
  } catch (error) {
    run.signal.throwIfAborted();
    if (error instanceof CheckFailure) return error;
    if (patience.aborted)
      return new CheckFailure("focus_unreachable", `no answer within ${FOCUS_MS / 1_000} s`);
    throw error;
  }
}

/** Whether the focus has another bridge to give meetings to; undefined when it does not tell. */
export async function hasOtherBridge(
  focus: RestServer,
  nickname: string,
  run: CheckRun,
): Promise<boolean | undefined> {
  const bridges = await askPatiently(run, (patient) => readBridges(focus, patient));
  if (typeof bridges !== "object" || bridges instanceof CheckFailure) return undefined;
  return Object.entries(bridges).some(([jid, bridge]) => takesMeetings(bridge) && !isNamed(jid, nickname));
}

function takesMeetings(bridge: z.output<typeof seenBridgeSchema>): boolean {
  return bridge.operational && bridge["graceful-shutdown"] !== true;
}

function isNamed(jid: string, nickname: string): boolean {
  return jid.endsWith(`/${nickname}`);
}

type SeenBridges = Readonly<Record<string, z.output<typeof seenBridgeSchema>>>;

/** Undefined where /debug is off or of another shape: it is no stable interface. */
async function readBridges(focus: RestServer, run: CheckRun): Promise<SeenBridges | "too_long" | undefined> {
  const question = { method: "GET", path: "/debug", accept: "application/json" } as const;
  const answer = await askRest(focus, { ...question, bodyLimit: DEBUG_LIMIT }, run);
  if (answer.status !== 200) return undefined;
  if (answer.truncated) return "too_long";
  try {
    return readJson(answer, "/debug", debugSchema).bridge_selector.bridge;
  } catch {
    return undefined;
  }
}

type Counts = z.output<typeof countsSchema>["bridge_selector"];

async function readCounts(focus: RestServer, run: CheckRun): Promise<Counts> {
  const question = { method: "GET", path: "/stats", accept: "application/json" } as const;
  return readJson(await askRest(focus, question, run), "/stats", countsSchema).bridge_selector;
}

/** Which bridges they are is not told: whether this one is among them stays open. */
function judgeCounts(
  { bridge_count: known, operational_bridge_count: operational }: Counts,
  isCut: boolean,
  run: CheckRun,
): BridgeFinding | undefined {
  run.note({ bridgesAtFocus: known, operationalAtFocus: operational });
  if (operational === 0) throw notOperational("jicofo counts no operational bridge");
  if (!isCut) return undefined;
  const message = `jicofo's list at /debug is longer than 4 MiB; it counts ${operational} operational of ${known} bridges`;
  return { reason: "focus_list_too_long", message };
}

function judgeBridges(
  bridges: SeenBridges,
  nickname: string | undefined,
  run: CheckRun,
): BridgeFinding | undefined {
  const entries = Object.entries(bridges);
  const operational = entries.filter(([, bridge]) => bridge.operational);
  run.note({ bridgesAtFocus: entries.length, operationalAtFocus: operational.length });
  const mine = entries.find(([jid]) => nickname !== undefined && isNamed(jid, nickname));
  const known = entries.map(([jid]) => jid).join(", ") || "none";
  if (nickname !== undefined && mine === undefined) {
    const message = `jicofo does not know ${nickname}; it knows ${known}`;
    throw new CheckFailure<BridgeReason>("unknown_to_focus", message);
  }
  if (mine !== undefined && !mine[1].operational) {
    throw notOperational(`jicofo knows it as ${mine[0]} and counts it as not operational`);
  }
  if (operational.length === 0)
    throw notOperational(`jicofo counts no operational bridge; it knows ${known}`);
  const versions = new Set(entries.map(([, { version }]) => version ?? NO_VERSION));
  versions.delete(NO_VERSION);
  if (versions.size < 2) return undefined;
  return {
    reason: "mixed_versions",
    message: `jicofo sees bridges of versions ${[...versions].join(" and ")}`,
  };
}

function notOperational(message: string): CheckFailure<BridgeReason> {
  return new CheckFailure("not_operational", message);
}
