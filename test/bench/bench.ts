/**
 * `npm run bench`: measures convene on real parts and prints each figure beside its target. `--quick` looks at the
 * idle agent for one minute instead of five; `checks`, `fleet` or `site` measures only that part. Ends with 0 when everything could be measured, whatever came out.
 */
import { startMeetingLab } from "../lab/meeting-lab.ts";
import { ofCommit } from "./agent-events.ts";
import { createBenchHost } from "./bench-host.ts";
import type { BenchHost } from "./bench-host.ts";
import { openConsul } from "./bench-consul.ts";
import { measureBringUp, takeDown } from "./bring-up.ts";
import { type Figure, renderFigures } from "./figure.ts";
import { addForeignKeys, fleetSite } from "./fleet.ts";
import { measureIdle, measureReady } from "./idle.ts";
import { measureManyChecks } from "./many-checks.ts";
import { measureQuietPasses } from "./quiet-passes.ts";
import { measurePush, measureStop } from "./reactions.ts";
import { measureReplacement } from "./replacement.ts";
import { measureSiteChecks } from "./site-checks.ts";
import { measureLadder, measureMeetings } from "./site-ladder.ts";
import { measureStunBindings } from "./stun-bindings.ts";
import { measureSweep } from "./sweep.ts";
import { measureTlsHandshakes } from "./tls-handshakes.ts";

const WORDS = process.argv.slice(2);
const IDLE_SECONDS = WORDS.includes("--quick") ? 60 : 300;

const PARTS = ["checks", "fleet", "site"] as const;
const MANY_CHECKS_SECONDS = 60;

/** A part named on the command line, or any when none is. */
function wants(part: (typeof PARTS)[number]): boolean {
  return WORDS.includes(part) || !PARTS.some((one) => WORDS.includes(one));
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** The checks alone, and on a whole site that is well. */
async function measureChecks(): Promise<readonly Figure[]> {
  say("\nThe checks");
  const alone = [await measureStunBindings(), ...(await measureManyChecks(MANY_CHECKS_SECONDS))];
  await using lab = await startMeetingLab();
  return [
    await measureTlsHandshakes(lab),
    ...alone,
    await measureSiteChecks(lab, MANY_CHECKS_SECONDS),
    await measureLadder(lab),
    ...(await measureMeetings(lab)),
  ];
}

/** Many cheap containers: what every pass costs. */
async function measureFleet(host: BenchHost): Promise<readonly Figure[]> {
  const { harness } = host;
  const agent = await host.startAgent({ tapped: true });
  const since = Date.now();
  const pushed = await harness.host.push({
    files: fleetSite(harness.address, harness.prefix),
    replace: true,
  });
  const { verdict } = await agent.events.passAfter(since, ofCommit(pushed.commit));
  if (verdict.outcome !== "ready") throw new Error(`the fleet did not come up: ${verdict.message}`);
  const consul = await openConsul(harness);
  await addForeignKeys(consul);
  return [
    ...(await measureQuietPasses(host, agent, consul)),
    await measureStop(host, agent, "member-1"),
    ...(await measureSweep(host)),
  ];
}

/** The site that people meet on. */
async function measureSite(host: BenchHost): Promise<readonly Figure[]> {
  const agent = await host.startAgent({ tapped: true });
  const built = await measureBringUp(host, agent, "built");
  await takeDown(host);
  return [
    ...(await measureBringUp(host, agent, "there")),
    ...built,
    await measurePush(host, agent),
    await measureReplacement(host, agent),
    await measureReady(host),
    ...(await measureIdle(host, IDLE_SECONDS)),
  ];
}

async function onHost(
  what: string,
  measure: (host: BenchHost) => Promise<readonly Figure[]>,
): Promise<readonly Figure[]> {
  say(`\n${what}`);
  const host = await createBenchHost((line) => say(`  ${line}`));
  try {
    return await measure(host);
  } finally {
    await host.remove();
  }
}

async function bench(): Promise<void> {
  const unknown = WORDS.filter((word) => word !== "--quick" && !PARTS.some((part) => part === word));
  if (unknown.length > 0)
    throw new Error(`${unknown.join(" ")}: it takes --quick, and of ${PARTS.join(", ")} what to measure`);
  const figures: Figure[] = [];
  if (wants("checks")) figures.push(...(await measureChecks()));
  if (wants("fleet")) figures.push(...(await onHost("A fleet of cheap containers", measureFleet)));
  if (wants("site")) figures.push(...(await onHost("The site of desired-state/", measureSite)));
  say(`\n${renderFigures(figures)}`);
}

try {
  await bench();
} catch (error) {
  process.stderr.write(
    `✗ not everything could be measured: ${error instanceof Error ? error.message : String(error)}\n`,
  );
  process.exitCode = 1;
}
