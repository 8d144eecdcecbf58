/** What people ask of the checks: run them now, from the ground up; what happened to them before. */
import type { CheckResult } from "../checks/check.ts";
import { createTranscript } from "../checks/transcript.ts";
import type { DesiredCheck } from "../model/desired-state.ts";
import type { CheckPast } from "../status/check-past.ts";
import type { CheckStatus } from "../status/check-status.ts";
import { ConveneError } from "../system/errors.ts";
import { notAsked, verify } from "../verify/verify.ts";
import type { PassDependencies } from "./pass-dependencies.ts";

type Dependencies = Pick<PassDependencies, "options" | "desired" | "runCheck" | "watch">;

/** The host's own checks, which are no manifest's. */
const HOST = "host";
const CONCURRENCY = 4;

/** All of them, each after what it depends on; or one, unless what it depends on fails. */
export async function runChecks(
  name: string | undefined,
  transcript: (line: string) => void,
  signal: AbortSignal,
  deps: Dependencies,
): Promise<readonly CheckResult[]> {
  if (name === HOST) return runHostChecks(transcript, signal, deps);
  const checks = deps.desired()?.checks ?? [];
  const chosen = checks.filter((check) => name === undefined || check.name === name);
  if (chosen.length === 0) throw unknownCheck(name, checks.map((check) => check.name).concat(HOST));
  const [only] = chosen;
  if (name !== undefined && only) return [await runOne(only, transcript, signal, deps)];
  return verify(chosen, {
    clock: deps.options.clock,
    deadline: Number.NEGATIVE_INFINITY,
    concurrency: CONCURRENCY,
    signal,
    onResult: () => undefined,
    run: async (check) => {
      // Several at once: each tells its conversation in one piece.
      const lines: string[] = [];
      const result = await runAndTell(check, (line) => lines.push(line), signal, deps);
      transcript(`${check.name}:`);
      for (const line of lines) transcript(line);
      return result;
    },
  });
}

export function checkHistory(
  name: string | undefined,
  { watch, options }: Dependencies,
): readonly CheckPast[] {
  const statuses = watch.statuses();
  const chosen = statuses.filter((status) => name === undefined || status.name === name);
  if (name !== undefined && chosen.length === 0)
    throw unknownCheck(
      name,
      statuses.map((status) => status.name),
    );
  return chosen.map((status) => {
    const rung = watch.board.graph().rungs.get(status.name);
    const { looks, failures } = options.checkMemory.historyOf(status.name);
    return { ...status, looks, failures, needs: rung?.needs ?? [], leansOn: rung?.leansOn ?? [] };
  });
}

async function runOne(
  check: DesiredCheck,
  transcript: (line: string) => void,
  signal: AbortSignal,
  deps: Dependencies,
): Promise<CheckResult> {
  const { watch, options } = deps;
  const before = watch.board.blocker(check.name);
  if (before !== undefined) await watch.look(before);
  for (const line of describeStanding(check.name, watch.statuses(), deps)) transcript(line);
  const blocker = watch.board.blocker(check.name);
  const failing = blocker === undefined ? undefined : watch.board.standing(blocker)?.result;
  if (failing === undefined) return runAndTell(check, transcript, signal, deps);
  const result = notAsked(check, failing, options.clock.now());
  transcript(result.message);
  return result;
}

async function runAndTell(
  check: DesiredCheck,
  transcript: (line: string) => void,
  signal: AbortSignal,
  { runCheck, watch, options }: Dependencies,
): Promise<CheckResult> {
  const kept = createTranscript();
  const begunAt = options.clock.monotonic();
  const result = await runCheck(check, signal, (line) => {
    kept.say(line);
    transcript(line);
  });
  await watch.saw({ result, transcript: kept.lines(), begunAt });
  return result;
}

/** How it stands before it is asked, and what it stands on. */
function describeStanding(
  name: string,
  statuses: readonly CheckStatus[],
  { watch }: Dependencies,
): readonly string[] {
  const states = new Map(statuses.map((status) => [status.name, status.state]));
  const rung = watch.board.graph().rungs.get(name);
  const own = statuses.find((status) => status.name === name);
  const list = (names: readonly string[]) =>
    names.map((one) => `${one} (${states.get(one) ?? "not looked at"})`).join(", ");
  return [
    ...(own ? [`state: ${own.state} since ${new Date(own.since).toISOString()}${because(own)}`] : []),
    ...(rung && rung.needs.length > 0 ? [`needs: ${list(rung.needs)}`] : []),
    ...(rung && rung.leansOn.length > 0 ? [`leans on: ${list(rung.leansOn)}`] : []),
  ];
}

function because({ because: why }: CheckStatus): string {
  return why === undefined ? "" : `, because ${why}`;
}

async function runHostChecks(
  transcript: (line: string) => void,
  signal: AbortSignal,
  { options, desired }: Dependencies,
): Promise<readonly CheckResult[]> {
  const known = desired();
  if (known) return options.checkHost(known, transcript, signal);
  throw new ConveneError({
    code: "NoSiteYet",
    message: "what the host needs is not known before a site has been pushed",
    hint: "push a site first",
  });
}

function unknownCheck(name: string | undefined, known: readonly string[]): ConveneError {
  return new ConveneError({
    code: "UnknownCheck",
    message: name === undefined ? "no checks are known yet" : `there is no check ${name}`,
    hint: `there are: ${known.join(", ")}`,
  });
}
