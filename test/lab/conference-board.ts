/** The board of a site as the catalogue ships it, with two bridges and the real kinds: what people are told of any faults. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseAllDocuments } from "yaml";
import { z } from "zod";
import { checkProblems } from "../../src/alerts/check-problems.ts";
import type { CheckResult } from "../../src/checks/check.ts";
import { checkKind, explainedBy, isCertain } from "../../src/checks/registry.ts";
import { createBoard } from "../../src/checks/states/board.ts";
import { siteRungs } from "../../src/checks/states/site-rungs.ts";
import { createWatch } from "../../src/checks/states/watch.ts";
import type { DesiredCheck } from "../../src/model/desired-state.ts";
import { checkStatuses } from "../../src/status/check-status.ts";
import { createFakeClock } from "./fake-clock.ts";
import { checkResult } from "./sample-check.ts";
import { container, state } from "./sample-site.ts";

const unit = (name: string) => [{ name, disruption: "calls" as const }];
const bridge = (name: string, hostPart: number) =>
  container({ name, hostPart, dependsOn: ["jitsi"], services: unit("jitsi-videobridge2") });

/** What a check of the component jitsi names, as shipped. */
function standsOn(name: string): Pick<DesiredCheck, "dependsOn" | "leansOn"> {
  const text = readFileSync(join(import.meta.dirname, "../../manifests/jitsi/checks.yaml"), "utf8");
  const shipped = parseAllDocuments(text).map((one) => shippedSchema.parse(one.toJS()));
  const { dependsOn = [], leansOn = [] } = shipped.find(({ metadata }) => metadata.name === name)?.spec ?? {};
  const known = (other: string) => other !== "page";
  return { dependsOn: dependsOn.filter(known), leansOn: leansOn.filter(known) };
}

const names = z.array(z.string()).optional();
const shippedSchema = z.object({
  metadata: z.object({ name: z.string() }),
  spec: z.object({ dependsOn: names, leansOn: names }),
});

/** As the catalogue ships it, with a second bridge. */
const site = state({
  containers: [
    container({ name: "proxy", hostPart: 10, services: unit("haproxy") }),
    container({ name: "turn", hostPart: 15, dependsOn: ["proxy"], services: unit("coturn") }),
    container({ name: "jitsi", hostPart: 20, dependsOn: ["proxy"], services: unit("prosody") }),
    bridge("bridge-1", 21),
    bridge("bridge-2", 22),
  ],
  checks: [
    { name: "turn-certificate", kind: "tls", spec: {}, container: "turn" },
    { name: "turn-udp", kind: "turn", spec: {}, container: "turn" },
    { name: "turn-tls", kind: "turn", spec: {}, container: "turn", dependsOn: ["turn-certificate"] },
    { name: "websocket", kind: "websocket", spec: {}, container: "jitsi" },
    { name: "signaling", kind: "xmpp", spec: {}, container: "jitsi", ...standsOn("signaling") },
    { name: "account-focus", kind: "xmpp", spec: {}, container: "jitsi", ...standsOn("account-focus") },
    { name: "account-jvb", kind: "xmpp", spec: {}, container: "jitsi", ...standsOn("account-jvb") },
    { name: "xmpp-certificate", kind: "tls", spec: {}, container: "jitsi" },
    { name: "bridge-1", kind: "bridge", spec: {}, container: "bridge-1" },
    { name: "bridge-2", kind: "bridge", spec: {}, container: "bridge-2" },
    { name: "conference", kind: "conference", spec: {}, container: "jitsi" },
  ],
});

/** What fails and why; with candidates: those of the bridge that was met. */
export type Faults = Readonly<Record<string, string | readonly [reason: string, candidates: string]>>;

export interface ConferenceBoard {
  /** What people are told once everything has been looked at, the conference first and last: `NAME reason`. */
  readonly told: (faults: Faults) => Promise<readonly string[]>;
}

/** One look is believed. */
export function createConferenceBoard(): ConferenceBoard {
  const board = createBoard({ clock: createFakeClock(), isCertain, explainedBy });
  const once = { needed: 1, of: 1 };
  board.configure(siteRungs(site), () => ({ down: once, up: once }));
  let faults: Faults = {};
  const found = (name: string): CheckResult =>
    resultOf(name, board.graph().rungs.get(name)?.kind ?? "", faults);
  const watch = createWatch({
    board,
    isCertain,
    explainedBy,
    ask: (name) => Promise.resolve({ result: found(name), transcript: [], begunAt: 0 }),
    soon: () => undefined,
    onLook: () => undefined,
  });
  return {
    told: async (next) => {
      faults = next;
      for (const name of ["conference", ...site.checks.map((check) => check.name)]) await watch.look(name);
      const problems = checkProblems(checkStatuses(board.standings()));
      return problems.map(({ subject, reason }) => `${subject} ${reason}`);
    },
  };
}

function resultOf(name: string, kind: string, faults: Faults): CheckResult {
  const fault = faults[name];
  if (fault === undefined) return checkResult({ name, kind });
  const [reason, candidates] = typeof fault === "string" ? [fault, undefined] : fault;
  const reasons = checkKind(kind)?.reasons;
  if (reasons !== undefined && !(reason in reasons)) throw new Error(`no ${kind} fails for ${reason}`);
  const severity = reasons?.[reason]?.severity ?? "critical";
  const evidence = candidates === undefined ? {} : { candidates };
  return checkResult({ name, kind, ok: severity === "info", reason, severity, evidence });
}
