/** A whole site from nothing: how much of the time LXD has nothing to do. */
import { ofCommit } from "./agent-events.ts";
import type { BenchHost, RunningAgent } from "./bench-host.ts";
import type { Figure } from "./figure.ts";
import { followOperations, uncovered } from "./operations.ts";
import type { Span } from "./operations.ts";

const TARGET_PERCENT = 5;

/** Pushes the real site and waits until it is Ready. `images`: how they come to be there, for people. */
export async function measureBringUp(
  host: BenchHost,
  agent: RunningAgent,
  images: string,
): Promise<readonly Figure[]> {
  const log = followOperations(host.harness.lxd);
  const since = Date.now();
  const pushed = await host.harness.host.push({ files: await host.harness.site(), replace: true });
  if (pushed.exitCode !== 0) throw new Error(`the push was refused: ${pushed.stderr}`);
  const pass = await agent.events.passAfter(since, ofCommit(pushed.commit));
  await log.stop();
  const { outcome, message } = pass.verdict;
  if (outcome !== "ready") throw new Error(`the site did not come up: ${message}`);
  const ends = pass.events.filter((event) => event.type === "action-finished").map(({ at }) => at);
  const whole: Span = { from: pass.startedAt, to: Math.max(...ends) };
  const seconds = (whole.to - whole.from) / 1_000;
  const free = uncovered(log.ended, whole) / 1_000;
  return [
    {
      name: `a bring-up's time with no LXD operation, images ${images}`,
      measured: (100 * free) / seconds,
      target: TARGET_PERCENT,
      unit: "%",
      note: `${free.toFixed(2)} s of ${seconds.toFixed(1)} s, ${ends.length} actions`,
    },
  ];
}

/** Takes the branch and everything made from it away; the images stay. */
export async function takeDown(host: BenchHost): Promise<void> {
  await host.git(["update-ref", "-d", "refs/heads/main"]);
  const { lxd } = host.harness;
  for (const { name } of await lxd.instances()) {
    await lxd.stopInstance(name, 0);
    await lxd.deleteInstance(name);
  }
  for (const { name, type } of await lxd.volumes("convene"))
    if (type === "custom") await lxd.deleteVolume("convene", name);
}
